import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
