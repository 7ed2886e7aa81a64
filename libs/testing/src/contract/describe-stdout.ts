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
    const file = (): string => join(folder, 'server.log');
    // One call of each era; the work itself does not depend on how the server logs.
    const modes = [
      { logs: 'JSON logs of every level', era: 'modern', isWorking: true, flags: () => ['--log-format', 'json', '--log-level', 'trace'] },
      {
        logs: 'pretty logs of every level',
        era: 'legacy',
        isWorking: true,
        flags: () => ['--log-format', 'pretty', '--log-level', 'trace'],
      },
      { logs: 'JSON logs of every level', era: 'legacy', isWorking: false, flags: () => ['--log-format', 'json', '--log-level', 'trace'] },
      { logs: 'logs in a file', era: 'modern', isWorking: false, flags: () => ['--log-file', file(), '--log-level', 'trace'] },
      { logs: 'no logs', era: 'legacy', isWorking: false, flags: () => ['--log-level', 'silent'] },
    ] as const;

    it.each(modes)('stdout holds JSON-RPC and nothing else with $logs ($era)', async ({ era, isWorking, flags }) => {
      await using probe = await spawnProgram(entryCommand(main, [...flags(), ...args]));
      const raw = openRawStdio(probe, era);
      if (era === 'legacy') await initialize(raw);
      expect((await raw.request('tools/list')).result).toHaveProperty('tools');
      for (const line of badLines) raw.write(line);
      for (const { tool, args: input = {} } of isWorking ? calls.slice(0, 1) : []) {
        expect(await raw.request('tools/call', { name: tool, arguments: input }, 60_000)).toHaveProperty('result');
      }
      expect(await raw.request('no/such/method')).toMatchObject({ error: { code: -32601 } });
      probe.stdin.end();
      expect(await probe.exit).toEqual({ code: 0, signal: null });
      expect(probe.stdoutLines.filter((line) => readMessage(line) === undefined)).toEqual([]);
      expect(probe.stdout.endsWith('\n')).toBe(true);
    });
  });
}
