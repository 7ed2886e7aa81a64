import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { countTokens, loadExactCounter } from '@trellis-mcp/context-window';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import { tools } from '../src/tools/index.ts';

/** What a model pays for the tools before it asks anything, in bytes of JSON. */
const budgets: Readonly<Record<string, number>> = {
  query: 1_900,
  search_schema: 1_450,
  describe: 940,
  explain: 890,
  diagnose: 750,
  advise_indexes: 850,
  health_check: 690,
};
const listBudget = 7_168;

type Connection = Awaited<ReturnType<InProcessServer<Deps>['connect']>>;

let server: InProcessServer<Deps>;
let modern: Connection;
let legacy: Connection;
beforeAll(async () => {
  server = await startInProcess(app);
  modern = await server.connect({ era: 'modern' });
  legacy = await server.connect({ era: 'legacy' });
});
afterAll(() => server.close());

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

it('lists its own tools within 7 KiB, and one that every server has, in both eras', async () => {
  for (const connection of [modern, legacy]) {
    const listed = (await connection.raw.listTools()).tools;
    expect(listed.map(({ name }) => name)).toEqual([...tools.map(({ name }) => name), 'health_check']);
    expect(bytesOf({ tools: listed.slice(0, -1) })).toBeLessThanOrEqual(listBudget);
  }
  const suite = 'database, what a model pays';
  const all = (await modern.listTools()).map((tool) => [tool.name, bytesOf(tool)] as const);
  for (const [name, value] of [...all, ['tools/list', bytesOf(await modern.raw.listTools())] as const]) {
    await recordMeasurement({ suite, name, value, unit: 'bytes' });
  }
});

it.each(Object.entries(budgets))('describes %s within %d bytes', async (name, budget) => {
  const tool = (await modern.listTools()).find((candidate) => candidate.name === name);
  expect(tool === undefined ? Number.NaN : bytesOf(tool)).toBeLessThanOrEqual(budget);
});

const count = await loadExactCounter('o200k_base');
const tokenBudget = 1550;

/** What the model reads before it asks anything, and what it reads until it calls `query`. */
async function measure(flags: readonly string[]) {
  await using server = await startInProcess(app, { args: flags });
  const client = await server.connect();
  const tools = await client.listTools();
  const read = [JSON.stringify(tools)];
  if (tools.some(({ name }) => name === 'search_tools')) {
    read.push(JSON.stringify((await client.callTool('search_tools', { query: 'run a select statement', limit: 3 })).data));
    read.push(JSON.stringify((await client.callTool('describe_tool', { name: 'query' })).data));
  }
  const estimate = tools.reduce((sum, tool) => sum + countTokens(JSON.stringify(tool)), 0);
  return { list: count(read[0] ?? ''), untilCall: read.reduce((sum, text) => sum + count(text), 0), estimate };
}

it('costs a model less with --tool-budget, and least with --tool-search', async () => {
  const plain = await measure([]);
  const fitted = await measure(['--tool-budget', String(tokenBudget)]);
  const search = await measure(['--tool-search']);
  const rows = { plain, [`--tool-budget ${tokenBudget}`]: fitted, '--tool-search': search };
  for (const [name, { list, untilCall }] of Object.entries(rows)) {
    const suite = 'database, tokens of its tools';
    await recordMeasurement({ suite, name: `tools/list, ${name}`, value: list, unit: 'tokens' });
    await recordMeasurement({ suite, name: `read before the first query, ${name}`, value: untilCall, unit: 'tokens' });
  }
  expect(fitted.estimate).toBeLessThanOrEqual(tokenBudget);
  expect(fitted.list).toBeLessThan(plain.list);
  expect(search.list).toBeLessThan(plain.list / 2);
});
