import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { sharedRedis, type SharedInstance } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { appCommand, spawnHttpApp } from './fixture/spawn-app.ts';

type Transport = 'stdio' | 'http';
type Era = 'modern' | 'legacy';

let directory: string;
let redis: SharedInstance;
beforeAll(async () => {
  [directory, redis] = await Promise.all([mkdtemp(join(tmpdir(), 'trellis-memory-')), sharedRedis()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), rm(directory, { recursive: true })]);
});

const opened = z.object({ memoryId: z.string() });
const recalled = z.object({
  evictedTurns: z.int(),
  turns: z.array(z.object({ role: z.string(), text: z.string() })),
  summarisedTurns: z.int(),
});

/** A client of a server of its own, or of the one at `url`. */
async function connect(transport: Transport, era: Era, options: { args?: string[]; url?: string; answer?: string | Error } = {}) {
  const { args = ['--memory'], answer } = options;
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
      capabilities: answer === undefined ? {} : { sampling: {} },
    },
  );
  if (answer !== undefined) {
    client.setRequestHandler('sampling/createMessage', () => {
      if (answer instanceof Error) throw answer;
      return { role: 'assistant', model: 'm', content: { type: 'text', text: answer } };
    });
  }
  const own = transport === 'http' && options.url === undefined ? await spawnHttpApp(args) : undefined;
  const { command, args: before } = appCommand;
  await client.connect(
    transport === 'stdio'
      ? new StdioClientTransport({ command, args: [...before, ...args], stderr: 'ignore' })
      : new StreamableHTTPClientTransport(new URL(options.url ?? own?.url ?? '')),
  );
  const call = async (name: string, given: Record<string, unknown> = {}) => client.callTool({ name, arguments: given });
  const open = async () => opened.parse((await call('open_memory')).structuredContent).memoryId;
  const fill = async (memoryId: string): Promise<void> => {
    const name = 'word '.repeat(30);
    await Promise.all(Array.from({ length: 108 }, () => call('say_hello', { memoryId, name })));
  };
  const recall = async (memoryId: string) => recalled.parse((await call('recall_memory', { memoryId, budget: 16_000 })).structuredContent);
  const close = async (): Promise<void> => {
    await client.close();
    await own?.stop();
  };
  return { call, open, fill, recall, [Symbol.asyncDispose]: close };
}

const roads: [Transport, Era][] = [
  ['stdio', 'modern'],
  ['stdio', 'legacy'],
  ['http', 'modern'],
  ['http', 'legacy'],
];

it.each(roads)('notes calls over %s of a %s client, and has what grew too long summarised', async (transport, era) => {
  await using connected = await connect(transport, era, { answer: 'Everybody was greeted.' });
  const memoryId = await connected.open();
  await connected.call('say_hello', { memoryId, name: 'Ada' });
  expect(await connected.call('say_hello', { memoryId: 'other' })).toMatchObject({ isError: true });
  await connected.call('wait_for', { memoryId, ms: -1 });
  const { turns } = await connected.recall(memoryId);
  expect(turns.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^say_hello \{"name":"Ada"\} -> ok, \d+ bytes$/),
    'wait_for {"ms":-1} -> INVALID_INPUT: The arguments of wait_for are not valid: - ms must be at least 0.',
  ]);
  await connected.fill(memoryId);
  const after = await connected.recall(memoryId);
  // Older clients over HTTP without sessions cannot be asked.
  const isAsked = transport === 'stdio' || era === 'modern';
  expect(after.summarisedTurns).toBe(isAsked ? 100 : 0);
  expect(after.turns.some(({ role, text }) => role === 'summary' && text === 'Everybody was greeted.')).toBe(isAsked);
});

it('asks the client of a 2025-era session over HTTP, and goes on when it refuses', async () => {
  await using connected = await connect('http', 'legacy', { args: ['--memory', '--legacy-sessions'], answer: new Error('declined') });
  const memoryId = await connected.open();
  await connected.fill(memoryId);
  expect(await connected.recall(memoryId)).toMatchObject({ summarisedTurns: 0, evictedTurns: 98 });
});

describe('memory outlives', () => {
  it('a restart, with --cache-path', async () => {
    const args = ['--memory', '--cache-path', join(directory, 'cache.db')];
    let memoryId: string;
    {
      await using first = await connect('stdio', 'modern', { args });
      memoryId = await first.open();
      await first.call('say_hello', { memoryId });
    }
    await using second = await connect('stdio', 'legacy', { args });
    expect((await second.recall(memoryId)).turns).toHaveLength(1);
  });

  it('its replica, with --redis-url', async () => {
    const args = ['--memory', '--redis-url', redis.url, '--state-keys', 'k'.repeat(40)];
    await using first = await connect('http', 'modern', { args });
    await using second = await connect('http', 'legacy', { args });
    const memoryId = await first.open();
    await Promise.all([first, second].map((each) => each.call('say_hello', { memoryId })));
    for (const each of [first, second]) expect((await each.recall(memoryId)).turns).toHaveLength(2);
  });
});
