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
export function describeStdout<Config extends CommonConfig, Deps>({ main, args, calls }: Contract<Config, Deps>): void {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contract-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  describe('over stdio', () => {
    const modes = [
      ['JSON logs of every level', 'modern', () => ['--log-format', 'json', '--log-level', 'trace']],
      ['JSON logs of every level', 'legacy', () => ['--log-format', 'json', '--log-level', 'trace']],
      ['pretty logs of every level', 'modern', () => ['--log-format', 'pretty', '--log-level', 'trace']],
      ['logs in a file', 'legacy', () => ['--log-file', join(folder, 'server.log'), '--log-level', 'trace']],
      ['no logs', 'modern', () => ['--log-level', 'silent']],
    ] as const;

    it.each(modes)('stdout holds JSON-RPC and nothing else with %s (%s)', async (_logs, era, flags) => {
      await using probe = await spawnProgram(entryCommand(main, [...flags(), ...args]));
      const raw = openRawStdio(probe, era);
      if (era === 'legacy') await initialize(raw);
      expect((await raw.request('tools/list')).result).toHaveProperty('tools');
      for (const line of badLines) raw.write(line);
      for (const { tool, args: input = {} } of calls.slice(0, 1)) {
        expect(await raw.request('tools/call', { name: tool, arguments: input })).toHaveProperty('result');
      }
      expect(await raw.request('no/such/method')).toMatchObject({ error: { code: -32601 } });
      probe.stdin.end();
      expect(await probe.exit).toEqual({ code: 0, signal: null });
      expect(probe.stdoutLines.filter((line) => readMessage(line) === undefined)).toEqual([]);
      expect(probe.stdout.endsWith('\n')).toBe(true);
    });
  });
}
