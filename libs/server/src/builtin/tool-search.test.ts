import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@trellis-mcp/logging';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSearchApp } from '../../test/fixture/search-app.ts';
import { connectTo, eras, startCore } from '../../test/fixture/start-core.ts';
import { namesIn, startSearch as start } from '../../test/fixture/start-search.ts';

describe.each(eras)('with --tool-search (%s)', (era) => {
  it('only the search is listed, and the instructions say how to use it', async () => {
    await using server = await start({ era });
    expect((await server.client.listTools()).tools.map(({ name }) => name)).toEqual(['search_tools', 'describe_tool', 'call_tool']);
    expect(server.client.getInstructions()).toMatch(/^Use it in tests\. .*search_tools.*describe_tool.*call_tool/);
  });

  it('a tool is found, described and called', async () => {
    await using server = await start({ era });
    const found = await server.call('search_tools', { query: 'which tables are there', limit: 1 });
    expect(found.structuredContent).toEqual({
      tools: [{ name: 'list_tables', description: 'List the tables of one schema.', arguments: ['schema?', 'limit?'] }],
      others: expect.any(Number),
    });
    const { structuredContent: described } = await server.call('describe_tool', { name: 'list_tables' });
    expect(described).toMatchObject({
      name: 'list_tables',
      inputSchema: { properties: { schema: { default: 'public' } } },
      annotations: { readOnlyHint: true },
    });
    const called = await server.call('call_tool', { name: 'list_tables', arguments: { schema: 'sales' } });
    expect(called).toEqual(await server.call('list_tables', { schema: 'sales' }));
    expect(called.structuredContent).toEqual({ text: 'tables of sales' });
  });

  it('progress of the inner tool arrives, and so do its questions and their answers', async () => {
    const { tools, effects } = makeSearchApp();
    const seen: unknown[] = [];
    await using connected = await connectTo(startCore({ tools }, { toolSearch: true }).runtime, {
      era,
      client: { capabilities: { elicitation: { form: {} } } },
      prepare: (client) => {
        client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
      },
    });
    const onprogress = (progress: unknown): void => void seen.push(progress);
    await connected.client.callTool({ name: 'call_tool', arguments: { name: 'list_tables' } }, { onprogress });
    expect(seen).toEqual([expect.objectContaining({ progress: 1, message: 'listed' })]);
    const greeted = await connected.client.callTool({ name: 'call_tool', arguments: { name: 'greet', arguments: { word: 'Hi' } } });
    expect(greeted.structuredContent).toEqual({ text: 'Hi Ada' });
    expect(effects).toEqual(['Hi Ada']);
  });
});

describe('search_tools', () => {
  it.each([
    [{}, ['list_tables', 'drop_all', 'wait_long', 'flood', 'lie', 'greet', 'ask_both', 'greet_once', 'health_check']],
    [{ query: '   ', limit: 2 }, ['list_tables', 'drop_all']],
    [{ query: 'health' }, ['health_check']],
    [{ query: 'word' }, ['greet', 'greet_once']],
  ])('finds for %j', async (args, names) => {
    await using server = await start();
    expect(namesIn(await server.call('search_tools', args))).toEqual(names);
  });

  it.each([[{ query: 7 }], [{ query: 'x'.repeat(1001) }], [{ limit: 0 }], [{ limit: 51 }], [{ limit: '5' }]])(
    'refuses %j',
    async (args) => {
      await using server = await start();
      expect(await server.call('search_tools', args)).toMatchObject({
        isError: true,
        _meta: { 'io.trellis/error': { code: 'INVALID_INPUT' } },
      });
    },
  );
});

it('names the inner tool in log, audit and metrics', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-log-'));
  const file = join(folder, 'log');
  const logger = await createLogger({ file, level: 'info', format: 'json' });
  {
    await using server = await start({ log: logger.log });
    await server.call('call_tool', { name: 'drop_all' });
    await server.call('call_tool', { name: 'list_tables', arguments: { schema: 'x'.repeat(11) } });
    await server.call('call_tool', {});
    await server.call('call_tool', { name: 'nothing' }).catch(() => undefined);
    const text = await server.core.health.metrics.text();
    expect(text).toMatch(/calls_total\{[^}]*name="drop_all"[^}]*outcome="ok"[^}]*\} 1/);
    expect(text.match(/name="call_tool"/g)?.length).toBe(
      text.match(/name="call_tool"[^}]*outcome="INVALID_INPUT"|duration[^{]*\{[^}]*name="call_tool"/g)?.length,
    );
  }
  await logger.close();
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  await rm(folder, { recursive: true });
  expect(lines.filter((line) => line['kind'] === 'tool' && line['audit'] !== true).map(({ name, outcome }) => [name, outcome])).toEqual([
    ['drop_all', 'ok'],
    ['list_tables', 'INVALID_INPUT'],
    ['call_tool', 'INVALID_INPUT'],
    ['unknown', 'INVALID_INPUT'],
  ]);
  expect(lines.filter((line) => line['audit'] === true)).toMatchObject([{ name: 'drop_all' }]);
});

it('is refused for a fixture of the protocol, whose names are its own', () => {
  expect(() => startCore({ rules: 'protocol' }, { toolSearch: true })).toThrow('--tool-search');
});

it.each([
  ['among the arguments of the inner tool', (memoryId: unknown) => ({ name: 'list_tables', arguments: { memoryId } })],
  ['beside its name', (memoryId: unknown) => ({ name: 'list_tables', memoryId })],
])('notes a call in a memory named %s', async (_where, argsWith) => {
  await using server = await start({ memory: true });
  const { structuredContent: opened } = await server.call('call_tool', { name: 'open_memory' });
  const { memoryId } = opened as { memoryId: string };
  await server.call('call_tool', argsWith(memoryId));
  const recalled = await server.call('call_tool', { name: 'recall_memory', arguments: { memoryId } });
  expect(recalled.structuredContent).toMatchObject({ turns: [{ text: expect.stringMatching(/^list_tables \{\} -> ok/) }] });
});
