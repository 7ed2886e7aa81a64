import { describe, expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/client';
import { countTokens } from '@trellis-mcp/context-window';
import { AppError } from '@trellis-mcp/errors';
import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import { z } from 'zod';
import { connectTo, eras, startCore, type CoreOptions, type Era } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';
import { reply } from '../reply.ts';

const { defineTool } = createDefiners<object>();
const common = { title: 'T', description: 'D.', hints: { readOnly: true } };

/** Tools that count their runs. */
function makeTools() {
  const seen: unknown[] = [];
  const echo = defineTool({
    ...common,
    name: 'echo',
    input: z.strictObject({ text: z.string(), token: z.string().optional(), dsn: z.string().optional() }),
    output: z.object({ text: z.string() }),
    async run(args) {
      seen.push(args);
      return { text: args.text };
    },
  });
  const fail = defineTool({
    ...common,
    name: 'fail',
    input: z.object({ how: z.enum(['app', 'bug', 'reply']) }),
    output: z.object({}),
    async run({ how }) {
      if (how === 'app') throw new AppError('NOT_FOUND', 'There is no table "x".\nIt was dropped.');
      if (how === 'bug') throw new Error('postgres://ann:hunter2@db/x');
      return reply({}, { failed: true });
    },
  });
  return { tools: [echo, fail], seen };
}

async function start(era: Era, options: CoreOptions = {}) {
  const { tools, seen } = makeTools();
  const core = startCore({ tools }, { memory: true, ...options });
  const connected = await connectTo(core.runtime, { era });
  const call = (name: string, args: Record<string, unknown> = {}) => connected.client.callTool({ name, arguments: args });
  return { ...core, ...connected, seen, call, [Symbol.asyncDispose]: connected[Symbol.asyncDispose] };
}

async function openMemory(client: Pick<Client, 'callTool'>, args: Record<string, unknown> = {}): Promise<string> {
  const { structuredContent } = await client.callTool({ name: 'open_memory', arguments: args });
  return z.object({ memoryId: z.string(), expiresAt: z.iso.datetime() }).parse(structuredContent).memoryId;
}

const recalled = z.object({ turns: z.array(z.object({ role: z.string(), text: z.string() })) });
const unknownText =
  'There is no memory with this memoryId, or it has expired.\nCall open_memory for a new one, or call again without memoryId.';

describe.each(eras)('with --memory (%s)', (era) => {
  it('every tool takes a memoryId, and two tools follow', async () => {
    await using server = await start(era);
    const { tools } = await server.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'fail', 'health_check', 'open_memory', 'recall_memory']);
    const withId = tools.filter(({ inputSchema }) => 'memoryId' in (inputSchema.properties ?? {}));
    expect(withId.map(({ name }) => name)).toEqual(['echo', 'fail', 'health_check', 'recall_memory']);
    for (const { name, inputSchema } of withId) {
      expect(inputSchema.required?.includes('memoryId') ?? false).toBe(name === 'recall_memory');
    }
  });

  it('notes tool, trimmed arguments without secrets, outcome and size, and recalls them in order', async () => {
    await using server = await start(era);
    const memoryId = await openMemory(server.client, { goal: 'Find the slow query.' });
    await server.call('echo', { memoryId, text: 'x'.repeat(5_000), token: 'abc123secret', dsn: 'postgres://ann:hunter2@db/x' });
    await server.call('fail', { memoryId, how: 'app' });
    await server.call('fail', { memoryId, how: 'bug' });
    await server.call('fail', { memoryId, how: 'reply' });
    await server.call('echo', { text: 'not noted' });
    const { structuredContent } = await server.call('recall_memory', { memoryId });
    const { turns } = recalled.parse(structuredContent);
    expect(turns.map(({ role }) => role)).toEqual(['goal', 'tool', 'tool', 'tool', 'tool']);
    const texts = turns.map(({ text }) => text);
    expect(texts[0]).toBe('Find the slow query.');
    expect(texts[1]).toMatch(/^echo \{"text":"x{160}… \(5000 characters\)","token":"\[redacted\]","dsn":".*"\} -> ok, 5011 bytes$/);
    expect(texts[2]).toBe('fail {"how":"app"} -> NOT_FOUND: There is no table "x". It was dropped.');
    expect(texts[3]).toMatch(/^fail \{"how":"bug"\} -> INTERNAL: An internal error occurred\./);
    expect(texts[4]).toBe('fail {"how":"reply"} -> failed, 2 bytes');
    expect(JSON.stringify(structuredContent)).not.toMatch(/abc123|hunter2/);
    expect(structuredContent).toMatchObject({ omittedTurns: 0, evictedTurns: 0, summarisedTurns: 0 });
  });

  it('takes the memoryId away before the schema of the tool sees the arguments', async () => {
    await using server = await start(era);
    const memoryId = await openMemory(server.client);
    expect((await server.call('echo', { memoryId, text: 'a' })).structuredContent).toEqual({ text: 'a' });
    expect((await server.call('echo', { memoryId: null, text: 'b' })).structuredContent).toEqual({ text: 'b' });
    expect(server.seen).toEqual([{ text: 'a' }, { text: 'b' }]);
  });
});

it('the instructions name it', async () => {
  await using server = await start('modern');
  expect(server.client.getInstructions()).toMatch(/open_memory first/);
});

describe.each(eras)('a memoryId that is none (%s)', (era) => {
  it.each([['wrong'], ['mem_0_aaaaaaaaaaaaaaaaaaaaaa'], [''], [7], [{}], [['x']], [{ toString: 1, valueOf: 1 }]])(
    'such as %j is answered with one error before the tool runs',
    async (memoryId) => {
      await using server = await start(era);
      await openMemory(server.client);
      const result = await server.call('echo', { memoryId, text: 'a' });
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: unknownText }],
        _meta: { 'io.trellis/error': { code: 'NOT_FOUND' } },
      });
      expect(server.seen).toEqual([]);
    },
  );

  it('such as a list of one that is there is answered alike', async () => {
    await using server = await start(era);
    const result = await server.call('echo', { memoryId: [await openMemory(server.client)], text: 'a' });
    expect(result).toMatchObject({ isError: true, content: [{ text: unknownText }] });
    expect(server.seen).toEqual([]);
  });

  it('because it is foreign or expired gets the same answer as an unknown one', async () => {
    let now = Date.now();
    await using server = await start(era, { now: () => now });
    const memoryId = await openMemory(server.client);
    for (const principal of [
      { id: 'mallory', scopes: 'all' as const },
      { id: 'local', tenant: 'other', scopes: 'all' as const },
    ]) {
      await using foreign = await connectTo(server.runtime, { era, principal });
      for (const name of ['echo', 'recall_memory']) {
        const result = await foreign.client.callTool({ name, arguments: { memoryId, text: 'a' } });
        expect(result).toMatchObject({ isError: true, content: [{ text: unknownText }] });
      }
    }
    now += 24 * 3_600_000;
    expect(await server.call('echo', { memoryId, text: 'a' })).toMatchObject({ isError: true, content: [{ text: unknownText }] });
    expect(server.seen).toEqual([]);
  });
});

describe.each(eras)('recall_memory (%s)', (era) => {
  it('stays within its budget, and counts what is left out', async () => {
    await using server = await start(era);
    const memoryId = await openMemory(server.client, { goal: 'G' });
    for (let count = 0; count < 30; count += 1) await server.call('echo', { memoryId, text: `call ${String(count)}` });

    for (const budget of [200, 500, 2_000]) {
      const { structuredContent } = await server.call('recall_memory', { memoryId, budget });
      expect(countTokens(JSON.stringify(structuredContent))).toBeLessThanOrEqual(budget);
      const { turns } = recalled.parse(structuredContent);
      expect(turns[0]?.text).toBe('G');
      expect(turns.at(-1)?.text).toMatch(/call 29/);
      expect(structuredContent).toMatchObject({ omittedTurns: 31 - turns.length });
    }
    for (const budget of [0, -1, 199, 16_001, 1.5, '500']) {
      expect(await server.call('recall_memory', { memoryId, budget })).toMatchObject({ isError: true });
    }
  });
});

describe.each(eras)('with --tool-search (%s)', (era) => {
  it('call_tool notes the call of the inner tool once, whether the memoryId stands inside or outside', async () => {
    await using server = await start(era, { toolSearch: true });
    const { tools } = await server.client.listTools();
    expect(tools.every(({ inputSchema }) => 'memoryId' in (inputSchema.properties ?? {}))).toBe(true);
    const inner = (name: string, args: object, outer: object = {}) => server.call('call_tool', { name, arguments: args, ...outer });
    const opened = (await inner('open_memory', {})).structuredContent;
    const { memoryId } = z.object({ memoryId: z.string() }).parse(opened);
    await inner('echo', { text: 'inside', memoryId });
    await inner('echo', { text: 'outside' }, { memoryId });
    await server.call('search_tools', { query: 'echo', memoryId });
    expect(await inner('echo', { text: 'wrong' }, { memoryId: 'wrong' })).toMatchObject({
      isError: true,
      content: [{ text: unknownText }],
    });
    const { turns } = recalled.parse((await inner('recall_memory', { memoryId })).structuredContent);
    expect(turns.map(({ text }) => text.replace(/\d+ bytes/, 'n bytes'))).toEqual([
      'echo {"text":"inside"} -> ok, n bytes',
      'echo {"text":"outside"} -> ok, n bytes',
      'search_tools {"query":"echo"} -> ok, n bytes',
    ]);
    expect(server.seen).toEqual([{ text: 'inside' }, { text: 'outside' }]);
  });
});

describe('a store that fails', () => {
  const away = () => Promise.reject(new AppError('UPSTREAM', 'The store is away.', { retryable: true }));
  const hanging = () => new Promise<never>(() => undefined);

  function failing(store: KeyStore, isBroken: () => boolean, fail: () => Promise<never>): KeyStore {
    return { ...store, update: (...args) => (isBroken() ? fail() : store.update(...args)) };
  }

  it.each([
    ['rejects', away],
    ['hangs', hanging],
  ])('and %s does not fail the call that should have been noted', async (_how, fail) => {
    let isBroken = false;
    const keyStore = failing(openMemoryKeyStore(), () => isBroken, fail);
    await using server = await start('modern', { keyStore });
    const memoryId = await openMemory(server.client);
    isBroken = true;
    expect((await server.call('echo', { memoryId, text: 'a' })).structuredContent).toEqual({ text: 'a' });
    isBroken = false;
    await server.call('echo', { memoryId, text: 'b' });
    const { turns } = recalled.parse((await server.call('recall_memory', { memoryId })).structuredContent);
    expect(turns.map(({ text }) => text)).toEqual(['echo {"text":"b"} -> ok, 12 bytes']);
  });
});

describe('without --memory', () => {
  it('there is no memory tool, and a memoryId is an argument like any other', async () => {
    await using server = await start('modern', { memory: false });
    const { tools } = await server.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'fail', 'health_check']);
    expect(JSON.stringify(tools)).not.toContain('memoryId');
    expect(await server.call('echo', { memoryId: 'x', text: 'a' })).toMatchObject({ isError: true });
  });

  it.each([{ excludeTools: ['open_memory'] }, { tools: ['echo'] }])('nor with it when %j leaves it out', async (options) => {
    await using server = await start('modern', options);
    const { tools } = await server.client.listTools();
    expect(JSON.stringify(tools.filter(({ name }) => name === 'echo'))).not.toContain('memoryId');
  });
});
