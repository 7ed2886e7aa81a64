import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadExactCounter } from '@trellis-mcp/context-window';
import { recordMeasurement } from '@trellis-mcp/test-services';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';

const suite = 'filesystem, what a model pays';
const count = await loadExactCounter('o200k_base');
const common = ['health_check'];

type Listed = Awaited<ReturnType<Awaited<ReturnType<InProcessServer<Deps>['connect']>>['listTools']>>;

let readOnly: InProcessServer<Deps>;
let writing: InProcessServer<Deps>;
beforeAll(async () => {
  readOnly = await startInProcess(app);
  writing = await startInProcess(app, { args: ['--write'] });
});
afterAll(async () => {
  await Promise.all([readOnly.close(), writing.close()]);
});

/** The server's own tools, without those that every server has. */
async function listOwn(server: InProcessServer<Deps>, era: 'modern' | 'legacy' = 'modern'): Promise<Listed> {
  const client = await server.connect({ era });
  return (await client.listTools()).filter(({ name }) => !common.includes(name));
}

/** What says which tool to call and how; not what comes back. */
function tokensOfInput({ name, description, inputSchema }: Listed[number]): number {
  return count(JSON.stringify({ name, description, inputSchema }));
}

it('lists the tools that read within 9 KiB, in both eras', async () => {
  for (const era of ['modern', 'legacy'] as const) {
    const tools = await listOwn(readOnly, era);
    expect(tools.map(({ name }) => name)).toEqual([
      'list_roots',
      'read_file',
      'read_files',
      'list_directory',
      'tree',
      'find_files',
      'search_text',
      'stat',
    ]);
    const bytes = Buffer.byteLength(JSON.stringify({ tools }));
    await recordMeasurement({ suite, name: `tools/list of what reads, ${era}`, value: bytes, unit: 'bytes', bound: '<= 9216' });
    expect(bytes).toBeLessThanOrEqual(9_216);
  }
});

it('takes at most 119 tokens a tool for name, description and input', async () => {
  for (const server of [readOnly, writing]) {
    const tools = await listOwn(server);
    const mean = tools.reduce((sum, tool) => sum + tokensOfInput(tool), 0) / tools.length;
    await recordMeasurement({ suite, name: `tokens a tool, ${String(tools.length)} tools`, value: mean, unit: 'tokens', bound: '<= 119' });
    expect(mean).toBeLessThanOrEqual(119);
  }
});

it('takes at most 320 tokens for any tool with its output', async () => {
  const tools = (await listOwn(writing)).map((tool) => ({ name: tool.name, tokens: count(JSON.stringify(tool)) }));
  for (const { name, tokens } of tools) {
    await recordMeasurement({ suite, name: `${name} with its output`, value: tokens, unit: 'tokens', bound: '<= 320' });
  }
  expect(tools.filter(({ tokens }) => tokens > 320)).toEqual([]);
});
