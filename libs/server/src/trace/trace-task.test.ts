import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { context, propagation, SpanKind, SpanStatusCode, trace, type TextMapPropagator } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { startCore } from '../../test/fixture/start-core.ts';
import type { Connection } from '../connection.ts';
import type { AnyTool } from '../define.ts';

const exporter = new InMemorySpanExporter();
let insideSpan: string | undefined;
const tool: AnyTool<object> = {
  name: 'probe',
  title: 'Probe',
  description: 'Does what the test says.',
  input: z.object({ fail: z.boolean().optional() }),
  output: z.object({}),
  hints: { readOnly: true },
  run: async (args) => {
    insideSpan = trace.getActiveSpan()?.spanContext().traceId;
    if ((args as { fail?: boolean }).fail === true) throw new AppError('UPSTREAM', 'It is away.');
    return {};
  },
};

/** W3C trace context, as far as a test needs it. */
const propagator: TextMapPropagator = {
  inject: () => undefined,
  fields: () => ['traceparent'],
  extract(parent, carrier, getter) {
    const [, traceId, spanId] = String(getter.get(carrier, 'traceparent') ?? '').split('-');
    if (traceId === undefined || spanId === undefined) return parent;
    return trace.setSpanContext(parent, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};

beforeAll(() => {
  propagation.setGlobalPropagator(propagator);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});
beforeEach(() => {
  exporter.reset();
});

it('runs a handler in a span of the semantic conventions, and marks a failure with its code', async () => {
  const { runtime } = startCore({ tools: [tool] });
  await runtime.ready;
  await using peer = await connectRaw(runtime);
  await peer.send('tools/call', { name: 'probe', arguments: {} });
  await peer.send('tools/call', { name: 'probe', arguments: { fail: true } });
  const [fine, failed] = exporter.getFinishedSpans();
  expect(fine).toMatchObject({
    name: 'tools/call probe',
    kind: SpanKind.SERVER,
    attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'probe', 'network.transport': 'pipe' },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(failed).toMatchObject({ attributes: { 'error.type': 'UPSTREAM' }, status: { code: SpanStatusCode.ERROR } });
  expect(insideSpan).toBe(failed?.spanContext().traceId);
});

it('continues the trace of `_meta`, else of the HTTP headers', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const { runtime } = startCore({ tools: [tool] });
  await runtime.ready;
  await using peer = await connectRaw(runtime);
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  await peer.send('tools/call', { name: 'probe', arguments: {}, _meta: { traceparent } });
  const requestInfo = new Request('http://127.0.0.1/mcp', {
    headers: { traceparent: traceparent.replace(traceId, traceId.replace('0', '1')) },
  });
  const createServer = (connection: Connection) => runtime.createServer({ ...connection, requestInfo });
  await using overHttp = await connectRaw({ createServer });
  await overHttp.send('tools/call', { name: 'probe', arguments: {} });
  const [meta, header] = exporter.getFinishedSpans();
  expect(meta?.spanContext().traceId).toBe(traceId);
  expect(meta?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(header?.spanContext().traceId).toBe(traceId.replace('0', '1'));
});
