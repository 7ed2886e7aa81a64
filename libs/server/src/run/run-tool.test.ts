import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';
import { createLogger } from '@trellis-mcp/logging';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { connectTo, eras, startCore, type CoreOptions } from '../../test/fixture/start-core.ts';
import type { Call } from '../call.ts';
import { createDefiners } from '../create-definers.ts';
import type { AnyTool } from '../define.ts';
import { embed, image, reply } from '../reply.ts';
import { toolSteps } from './run-tool.ts';

const { defineTool } = createDefiners<object>();
const secret = 'postgres://admin:hunter2@db.internal/prod';

/** A tool whose behaviour is the test. */
function toolThat(
  run: (call: Call<object>) => unknown,
  options: Partial<Pick<AnyTool<object>, 'timeoutMs' | 'maxResultBytes' | 'hints' | 'scopes'>> = {},
) {
  return defineTool({
    name: 'probe',
    title: 'Probe',
    description: 'Does what the test says.',
    input: z.object({ n: z.int().max(9).optional() }),
    output: z.object({ text: z.string() }),
    hints: { readOnly: true },
    ...options,
    run: async (_args, call) => run(call) as { text: string },
  });
}

async function call(tool: AnyTool<object>, options: CoreOptions = {}, args: Record<string, unknown> = {}) {
  const core = startCore({ tools: [tool] }, options);
  await using connected = await connectTo(core.runtime, { era: 'modern' });
  return await connected.client.callTool({ name: 'probe', arguments: args });
}

it('walks a call through named steps in this order', () => {
  expect(toolSteps.map((step) => step.name)).toEqual([
    'scopes',
    'rateLimit',
    'memory',
    'deadline',
    'ask',
    'run',
    'output',
    'budget',
    'render',
  ]);
});

it('a failure of ours shows code, message, hint and details, and no structured content', async () => {
  const error = new AppError('CONFLICT', 'It changed.', {
    hint: 'Read it again.',
    retryable: true,
    retryAfterMs: 5,
    details: { etag: 'b' },
  });
  const result = await call(toolThat(() => Promise.reject(error)));
  expect(result).toEqual({
    content: [{ type: 'text', text: 'It changed.\nRead it again.' }],
    isError: true,
    _meta: expect.objectContaining({
      'io.trellis/error': { code: 'CONFLICT', hint: 'Read it again.', retryable: true, retryAfterMs: 5, details: { etag: 'b' } },
    }),
  });
});

it.each([
  ['an unknown error', () => new Error(`could not connect to ${secret}`)],
  ['a thrown string', () => secret],
  ['an internal error of ours', () => new AppError('INTERNAL', secret)],
  ['a cause', () => new AppError('INTERNAL', 'x', { cause: new Error(secret) })],
  ['nothing at all', () => undefined],
  ['a server behind it', () => new ProtocolError(-32_603, secret, { body: secret })],
])('a failure from %s is one fixed sentence with the request id', async (_title, make) => {
  const result = await call(
    toolThat(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown need not be an error
      throw make();
    }),
  );
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'INTERNAL' } } });
  expect(JSON.stringify(result.content)).toMatch(/under request [0-9a-f]{10}-[0-9a-z]+\./);
});

it('a failure of the output schema is ours, not the caller’s', async () => {
  const result = await call(toolThat(() => ({ text: 7, extra: secret })));
  expect(result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'INTERNAL' } } });
  expect(JSON.stringify(result)).not.toContain('hunter2');
});

it('a failure of arguments names each one, and unknown tools are a protocol error', async () => {
  const tool = toolThat(() => ({ text: '' }));
  expect(await call(tool, {}, { n: 12 })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/n .*9/) }],
    _meta: { 'io.trellis/error': { code: 'INVALID_INPUT' } },
  });
  await using connected = await connectTo(startCore({ tools: [tool] }).runtime, { era: 'modern' });
  await expect(connected.client.callTool({ name: 'nothing', arguments: {} })).rejects.toMatchObject({ code: -32602 });
});

it('a failure may keep its structured data', async () => {
  const result = await call(toolThat(() => reply({ text: 'partly' }, { failed: true, text: 'Only a part.' })));
  expect(result).toMatchObject({ isError: true, structuredContent: { text: 'partly' }, content: [{ text: 'Only a part.' }] });
});

it('an empty text is an answer of its own, and nothing beside an attachment', async () => {
  const empty = await call(toolThat(() => reply({ text: '' }, { text: '' })));
  expect(empty.content).toEqual([{ type: 'text', text: '' }]);
  const attach = [image(new Uint8Array(3), 'image/png')];
  const pictured = await call(toolThat(() => reply({ text: '' }, { text: '', attach })));
  expect(pictured.content).toEqual([{ type: 'image', data: 'AAAA', mimeType: 'image/png' }]);
});

it('a failure has a bounded message', async () => {
  const result = await call(toolThat(() => Promise.reject(new AppError('UPSTREAM', 'x'.repeat(1e6), { details: { y: 'y'.repeat(1e6) } }))));
  expect(JSON.stringify(result).length).toBeLessThan(6000);
});

it('a failure has no details that JSON cannot say', async () => {
  const circular: Record<string, unknown> = { rows: 1 };
  circular['self'] = circular;
  for (const details of [{ rows: 10n }, circular]) {
    const result = await call(toolThat(() => Promise.reject(new AppError('CONFLICT', 'It changed.', { details }))));
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: 'It changed.' }],
      _meta: { 'io.trellis/error': { code: 'CONFLICT' } },
    });
  }
});

describe('a result', () => {
  it('above its budget is LIMIT with limit, actual and how to ask for less', async () => {
    const result = await call(toolThat(() => ({ text: 'x'.repeat(5000) }), { maxResultBytes: 2000 }));
    expect(result).toMatchObject({
      isError: true,
      _meta: { 'io.trellis/error': { code: 'LIMIT', details: { limitBytes: 2000, actualBytes: 5011 } } },
    });
  });

  it.each([
    ['texts that JSON escapes', () => reply({ text: '' }, { text: '\0'.repeat(500) })],
    ['empty parts', () => reply({ text: '' }, { attach: Array.from({ length: 100 }, () => embed({ uri: 'test://a', content: '' })) })],
    ['long addresses', () => reply({ text: '' }, { attach: [embed({ uri: `test://${'a'.repeat(3000)}`, content: new Uint8Array(1) })] })],
    ['bytes', () => reply({ text: '' }, { attach: [image(new Uint8Array(1600), 'image/png')] })],
  ])('counts %s as they are sent', async (_title, make) => {
    expect(await call(toolThat(make, { maxResultBytes: 2000 }))).toMatchObject({ _meta: { 'io.trellis/error': { code: 'LIMIT' } } });
  });

  it('loses what its schema does not promise', async () => {
    expect((await call(toolThat(() => ({ text: 'a', password: 'b' })))).structuredContent).toEqual({ text: 'a' });
  });

  it('is text only, and whole, for a client older than structured content', async () => {
    const long = 'x'.repeat(20_000);
    const { runtime } = startCore({ tools: [toolThat(() => ({ text: long }))] });
    await using peer = await connectRaw(runtime, { era: 'legacy', protocolVersion: '2025-03-26' });
    const { result } = await peer.send('tools/call', { name: 'probe', arguments: {} });
    expect(result?.['structuredContent']).toBeUndefined();
    expect(result?.['content']).toEqual([{ type: 'text', text: JSON.stringify({ text: long }) }]);
  });
});

/** A tool that ignores its signal, and what the signal said when. */
function abortable(timeoutMs = 60_000) {
  const seen = Promise.withResolvers<{ reason: unknown; at: number }>();
  const started = Promise.withResolvers<Call<object>>();
  const tool = toolThat(
    (running) => {
      started.resolve(running);
      running.signal.addEventListener('abort', () => seen.resolve({ reason: running.signal.reason, at: performance.now() }));
      return sleep(30_000, undefined, { ref: false });
    },
    { timeoutMs },
  );
  return { tool, seen: seen.promise, started: started.promise };
}

describe('the signal', () => {
  it('aborts at the deadline, and the answer does not wait for a handler that ignores it', async () => {
    const { tool, seen } = abortable(50);
    const began = performance.now();
    const result = await call(tool);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(result).toMatchObject({
      isError: true,
      _meta: { 'io.trellis/error': { code: 'TIMEOUT', retryable: true, details: { timeoutMs: 50 } } },
    });
    expect(await seen).toMatchObject({ reason: { code: 'TIMEOUT' } });
  });

  it.each(eras)('aborts within 200 ms of the cancellation of a %s client', async (era) => {
    const { tool, seen, started } = abortable();
    await using connected = await connectTo(startCore({ tools: [tool] }).runtime, { era });
    const controller = new AbortController();
    const answer = connected.client.callTool({ name: 'probe', arguments: {} }, { signal: controller.signal });
    await started;
    const began = performance.now();
    controller.abort();
    await expect(answer).rejects.toThrow();
    const { reason, at } = await seen;
    expect(reason).toMatchObject({ code: 'CANCELLED' });
    expect(at - began).toBeLessThan(process.env['SOAK'] === '1' ? 200 : 1_000);
  });

  it('aborts when the drain runs out, and the running call is answered', async () => {
    const { tool, seen, started } = abortable();
    const core = startCore({ tools: [tool] }, { drainTimeoutMs: 100 });
    await using connected = await connectTo(core.runtime, { era: 'modern' });
    const answer = connected.client.callTool({ name: 'probe', arguments: {} });
    await started;
    await core.lifecycle.stop('requested');
    expect(await seen).toMatchObject({ reason: { code: 'CANCELLED' } });
    expect(await answer).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'CANCELLED' } } });
    expect(await connected.client.callTool({ name: 'probe', arguments: {} })).toMatchObject({
      _meta: { 'io.trellis/error': { code: 'CANCELLED' } },
    });
  });
});

describe('the log', () => {
  async function logOf(work: (options: CoreOptions) => Promise<unknown>): Promise<Record<string, unknown>[]> {
    const folder = await mkdtemp(join(tmpdir(), 'trellis-log-'));
    try {
      const { log, close } = await createLogger({ file: join(folder, 'log'), format: 'json' });
      await work({ log });
      await close();
      const text = await readFile(join(folder, 'log'), 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('has one line for each call, the cause only there, and an audit line for a destructive one', async () => {
    const fails = toolThat(() => Promise.reject(new Error('the disk is on fire')), { hints: { readOnly: false } });
    const lines = await logOf((options) => call(fails, options, { n: 3 }));
    const calls = lines.filter((line) => line['msg'] === 'call');
    expect(calls).toMatchObject([
      { kind: 'tool', name: 'probe', principal: 'local', transport: 'stdio', era: 'modern', outcome: 'INTERNAL' },
    ]);
    expect(JSON.stringify(calls)).toContain('the disk is on fire');
    expect(lines.filter((line) => line['audit'] === true)).toMatchObject([{ name: 'probe', args: { n: 3 } }]);
  });

  it('has a line for calls that reach no tool', async () => {
    const tool = toolThat(() => ({ text: '' }));
    const lines = await logOf(async (options) => {
      await call(tool, options, { n: 'x' });
      await using connected = await connectTo(startCore({ tools: [tool] }, options).runtime, { era: 'legacy' });
      await connected.client.callTool({ name: 'secret_name', arguments: {} }).catch((error: unknown) => error);
    });
    expect(lines.filter((line) => line['msg'] === 'call')).toMatchObject([
      { name: 'probe', outcome: 'INVALID_INPUT' },
      { name: 'unknown', outcome: 'INVALID_INPUT' },
    ]);
  });
});

it('counts every call once', async () => {
  const tool = toolThat(() => ({ text: '' }));
  const core = startCore({ tools: [tool] });
  await using connected = await connectTo(core.runtime, { era: 'modern' });
  await connected.client.callTool({ name: 'probe', arguments: {} });
  await connected.client.callTool({ name: 'probe', arguments: { n: 'x' } });
  const text = await core.health.metrics.text();
  expect(text.match(/calls_total\{[^}]*name="probe"[^}]*\} 1/g)).toHaveLength(2);
});

it('refuses a principal without the scope on every transport, whatever the lists hide', async () => {
  const tool = toolThat(() => ({ text: '' }), { scopes: ['db:read', 'db:write'] });
  const principal = { id: 'reader', scopes: new Set(['db:read']) };
  for (const transport of ['stdio', 'websocket', 'http-session'] as const) {
    await using connected = await connectTo(startCore({ tools: [tool] }).runtime, { era: 'modern', principal, transport });
    expect((await connected.client.listTools()).tools.map(({ name }) => name)).toEqual(['health_check']);
    expect(await connected.client.callTool({ name: 'probe', arguments: {} })).toMatchObject({
      isError: true,
      _meta: { 'io.trellis/error': { code: 'DENIED', details: { missingScopes: ['db:write'] } } },
    });
  }
});
