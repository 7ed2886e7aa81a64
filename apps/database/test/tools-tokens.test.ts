import { expect, it } from '@jest/globals';
import { countTokens, loadExactCounter } from '@trellis-mcp/context-window';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

const count = await loadExactCounter('o200k_base');
const budget = 1550;

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
  const fitted = await measure(['--tool-budget', String(budget)]);
  const search = await measure(['--tool-search']);
  const rows = { plain, [`--tool-budget ${budget}`]: fitted, '--tool-search': search };
  for (const [name, { list, untilCall }] of Object.entries(rows)) {
    const suite = 'database, tokens of its tools';
    await recordMeasurement({ suite, name: `tools/list, ${name}`, value: list, unit: 'tokens' });
    await recordMeasurement({ suite, name: `read before the first query, ${name}`, value: untilCall, unit: 'tokens' });
  }
  expect(fitted.estimate).toBeLessThanOrEqual(budget);
  expect(fitted.list).toBeLessThan(plain.list);
  expect(search.list).toBeLessThan(plain.list / 2);
}, 30_000);
