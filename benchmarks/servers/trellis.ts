/** The same tools on Trellis, served as every Trellis server is. */
import { commonSettings, createDefiners, defineServer, runMain } from '@trellis-mcp/server';
import { z } from 'zod';
import { addTool, toolNames } from './add-tool.ts';

const { defineTool } = createDefiners<null>();
const port = 3190;
const scopes = process.env['BENCH_SCOPES']?.split(',') ?? [];

const app = defineServer({
  name: 'trellis-bench',
  title: 'Benchmark',
  version: '1.0.0',
  description: 'Adds numbers, to measure the frame around a tool.',
  instructions: 'Call a tool to add two numbers.',
  port,
  settings: z.object(commonSettings({ port })),
  openDeps: () => Promise.resolve(null),
  tools: toolNames().map((name) =>
    defineTool({ ...addTool, name, hints: { readOnly: true }, scopes, run: ({ a, b }) => Promise.resolve({ sum: a + b }) }),
  ),
});
await runMain(app);
