import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommonConfig } from '@trellis-mcp/server';
import { entryCommand } from '../entry.ts';
import { initialize, openRawStdio, readMessage } from '../raw-stdio.ts';
import type { Contract } from './contract-options.ts';
import { spawnProgram } from './spawn-program.ts';

/** Lines that no client should send and some do. */
const badLines = [
  '',
  'hello',
  '{"jsonrpc":"2.0","id":',
  '[]',
  '[1,2]',
  'null',
  '42',
  '{"jsonrpc":"1.0","id":900,"method":"ping"}',
  '\u0000\u0001',
  '{"id":901}',
];

/** Over stdio, every line on stdout is JSON-RPC, however the server logs and whatever it reads. */
export function describeStdout<Config extends CommonConfig, Deps>({ main, args }: Contract<Config, Deps>): void {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contract-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  describe('over stdio', () => {
    const file = (): string => join(folder, 'server.log');
    const json = { logs: 'JSON logs of every level', flags: () => ['--log-format', 'json', '--log-level', 'trace'] };
    // Calls that do work are part of what a release is looked at for.
    const modes = [
      { ...json, era: 'modern' },
      { ...json, era: 'legacy' },
      { logs: 'pretty logs of every level', era: 'legacy', flags: () => ['--log-format', 'pretty', '--log-level', 'trace'] },
      { logs: 'logs in a file', era: 'modern', flags: () => ['--log-file', file(), '--log-level', 'trace'] },
      { logs: 'no logs', era: 'legacy', flags: () => ['--log-level', 'silent'] },
    ] as const;

    it.each(modes)('stdout holds JSON-RPC and nothing else with $logs ($era)', async ({ era, flags }) => {
      await using probe = await spawnProgram(entryCommand(main, [...flags(), ...args]));
      const raw = openRawStdio(probe, era);
      if (era === 'legacy') await initialize(raw);
      expect((await raw.request('tools/list')).result).toHaveProperty('tools');
      for (const line of badLines) raw.write(line);
      expect(await raw.request('no/such/method')).toMatchObject({ error: { code: -32601 } });
      probe.stdin.end();
      expect(await probe.exit).toEqual({ code: 0, signal: null });
      expect(probe.stdoutLines.filter((line) => readMessage(line) === undefined)).toEqual([]);
      expect(probe.stdout.endsWith('\n')).toBe(true);
    });
  });
}
