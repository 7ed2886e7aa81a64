import { expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import type { AnyTool } from '../src/define.ts';
import { reply } from '../src/reply.ts';
import { accept, makeAskingApp } from './fixture/asking-app.ts';
import { local, startCore } from './fixture/start-core.ts';

const rows: AnyTool<object> = {
  name: 'list_rows',
  title: 'List rows',
  description: 'Lists rows.',
  input: z.object({ count: z.int(), mode: z.enum(['fine', 'throw', 'failed']).default('fine') }),
  output: z.object({ rows: z.array(z.object({ id: z.int() })) }),
  hints: { readOnly: true },
  async run(args) {
    const { count, mode } = args as { count: number; mode: string };
    if (mode === 'throw') throw new AppError('LIMIT', 'Too many rows.');
    const data = { rows: Array.from({ length: count }, (_, id) => ({ id })) };
    return mode === 'failed' ? reply(data, { failed: true }) : data;
  },
};

/** The client that 2025-era hosts are made of; it checks results against output schemas. */
async function connectV1(tools: AnyTool<object>[]) {
  const { runtime } = startCore({ tools });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const handle = serveStdio(({ era }) => runtime.createServer({ era, transport: 'stdio', principal: local }), { transport: far });
  const client = new Client({ name: 'v1', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => accept({ name: 'Ada' }) as { action: 'accept' });
  await client.connect(near);
  await client.listTools();
  return { client, [Symbol.asyncDispose]: async () => handle.close() };
}

it('gives a v1 client results that it accepts, short, long and failed', async () => {
  await using connected = await connectV1([rows]);
  const call = async (args: Record<string, unknown>) => connected.client.callTool({ name: 'list_rows', arguments: args });
  expect((await call({ count: 1 })).structuredContent).toEqual({ rows: [{ id: 0 }] });
  const long = await call({ count: 3000 });
  expect((long.structuredContent as { rows: unknown[] }).rows).toHaveLength(3000);
  expect(JSON.stringify(long.content).length).toBeLessThan(10_000);
  expect(await call({ count: 1, mode: 'throw' })).toMatchObject({ isError: true, content: [{ text: 'Too many rows.' }] });
  expect(await call({ count: 1, mode: 'failed' })).toMatchObject({ isError: true, structuredContent: { rows: [{ id: 0 }] } });
  expect(await call({ count: 'x' })).toMatchObject({ isError: true });
});

it('asks a v1 client, whose answer runs the handler again', async () => {
  const { tools, effects } = makeAskingApp();
  await using connected = await connectV1(tools);
  expect((await connected.client.callTool({ name: 'greet', arguments: {} })).structuredContent).toEqual({ text: 'Hello Ada' });
  expect((await connected.client.callTool({ name: 'ask_both', arguments: {} })).structuredContent).toEqual({ text: 'Ada,Ada,Ada' });
  expect(effects).toEqual(['Hello Ada']);
});
