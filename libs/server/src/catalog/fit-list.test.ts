import { describe, expect, it } from '@jest/globals';
import { countTokens } from '@trellis-mcp/context-window';
import { createLogger } from '@trellis-mcp/logging';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { connectTo, eras, startCore, type CoreOptions } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { defineTool } = createDefiners<object>();
const prose = 'Rows come in the order of their keys. Names keep their case and their accents. ';
const tools = ['one', 'two', 'three'].map((name) =>
  defineTool({
    name: `find_${name}`,
    title: `Find ${name}`,
    description: `Find ${name}. ${prose}Never call it twice.`,
    input: z.object({
      key: z
        .string()
        .max(9)
        .describe(`The key. ${prose}`)
        .meta({ examples: ['a', 'b', 'c'] }),
    }),
    output: z.object({ text: z.string().describe(prose) }),
    hints: { readOnly: true },
    run: async ({ key }) => ({ text: key }),
  }),
);

async function list(options: CoreOptions, era: 'modern' | 'legacy' = 'modern') {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-log-'));
  const logger = await createLogger({ file: join(folder, 'log'), level: 'info', format: 'json' });
  const core = startCore({ tools }, { log: logger.log, ...options });
  await using connected = await connectTo(core.runtime, { era });
  const listed = (await connected.client.listTools()).tools;
  const called = await connected.client.callTool({ name: 'find_one', arguments: { key: 'x' } });
  const refused = await connected.client.callTool({ name: 'find_one', arguments: { key: 'x'.repeat(10) } });
  await logger.close();
  const lines = (await readFile(join(folder, 'log'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  await rm(folder, { recursive: true });
  return { listed, called, refused, lines: lines.filter(({ kind }) => kind === undefined) };
}

const tokensOf = (items: readonly unknown[]): number => items.reduce<number>((sum, item) => sum + countTokens(JSON.stringify(item)), 0);

describe('--tool-budget', () => {
  it.each(eras)('fits the list once, and says what it saved (%s)', async (era) => {
    const plain = (await list({}, era)).listed;
    const budget = Math.floor(tokensOf(plain) * 0.8);
    const { listed, called, refused, lines } = await list({ toolBudget: budget }, era);
    expect(listed.map(({ name }) => name)).toEqual(plain.map(({ name }) => name));
    expect(tokensOf(listed)).toBeLessThanOrEqual(budget);
    expect(JSON.stringify(listed)).toContain('Never call it twice.');
    expect(lines).toMatchObject([
      { msg: 'The tools were fitted to --tool-budget.', budget, before: tokensOf(plain), after: tokensOf(listed) },
    ]);
    expect(called.structuredContent).toEqual({ text: 'x' });
    expect(refused.isError).toBe(true);
  });

  it('warns when no more may be cut', async () => {
    const { lines } = await list({ toolBudget: 100 });
    expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('were fitted'), expect.stringContaining('use --tool-search')]);
  });

  it('leaves a list that fits as it is', async () => {
    const { listed, lines } = await list({ toolBudget: 100_000 });
    expect(listed).toEqual((await list({})).listed);
    expect(lines).toMatchObject([{ tools: [] }]);
  });

  it('fits the search when that is what is listed', async () => {
    const { listed } = await list({ toolBudget: 150, toolSearch: true });
    expect(listed.map(({ name }) => name)).toEqual(['search_tools', 'describe_tool', 'call_tool']);
    expect(JSON.stringify(listed)).not.toContain('Search tools');
  });
});
