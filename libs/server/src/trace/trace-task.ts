import type { Span } from '@opentelemetry/api';
import type { Subject, Task } from '../run/task.ts';
import type { Tracing } from './load-tracing.ts';

const methods = {
  tool: 'tools/call',
  resource: 'resources/read',
  prompt: 'prompts/get',
  completion: 'completion/complete',
  list: 'resources/list',
} as const;

/**
 * Runs a task inside a server span `tools/call <name>`, whose parent is the trace context of `_meta` or, without one, of the HTTP headers
 * (OpenTelemetry semantic conventions for MCP).
 */
export function traceTask(tracing: Tracing, task: Task, walk: () => Promise<void>): Promise<void> {
  const { api, tracer, extract } = tracing;
  const { subject } = task;
  const options = { kind: api.SpanKind.SERVER, attributes: attributesOf(subject, task) };
  return tracer.startActiveSpan(`${methods[subject.kind]} ${subject.name}`, options, extract(carrierOf(task)), async (span) => {
    try {
      await walk();
      if (span.isRecording()) setOutcome(span, tracing, task);
    } finally {
      span.end();
    }
  });
}

function attributesOf({ kind, name }: Subject, { ctx, peer }: Task): Record<string, string> {
  return {
    'mcp.method.name': methods[kind],
    'jsonrpc.request.id': String(ctx.mcpReq.id),
    'network.transport': peer.connection.transport === 'stdio' ? 'pipe' : 'tcp',
    ...(kind === 'tool' && { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }),
    ...(kind === 'prompt' && { 'gen_ai.prompt.name': name }),
  };
}

function setOutcome(span: Span, { api }: Tracing, { failure, refusal }: Task): void {
  if (failure === undefined && refusal === undefined) return;
  span.setAttribute('error.type', failure?.code ?? 'INVALID_INPUT');
  span.setStatus({ code: api.SpanStatusCode.ERROR });
}

function carrierOf({ ctx, peer }: Task): Readonly<Record<string, string | undefined>> {
  const meta = ctx.mcpReq._meta;
  if (typeof meta?.['traceparent'] === 'string') {
    return { traceparent: meta['traceparent'], tracestate: textOf(meta['tracestate']), baggage: textOf(meta['baggage']) };
  }
  const headers = ctx.http?.req?.headers ?? peer.connection.requestInfo?.headers;
  return headers === undefined
    ? {}
    : {
        traceparent: headers.get('traceparent') ?? undefined,
        tracestate: headers.get('tracestate') ?? undefined,
        baggage: headers.get('baggage') ?? undefined,
      };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
