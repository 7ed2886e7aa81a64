import type { Context, Tracer } from '@opentelemetry/api';

type OpenTelemetry = typeof import('@opentelemetry/api');

/** The OpenTelemetry API as far as the core uses it. */
export interface Tracing {
  readonly api: OpenTelemetry;
  readonly tracer: Tracer;
  /** Whether somebody listens: without a registered provider spans cost time and go nowhere. */
  readonly isOn: boolean;
  /** The context that a client sent along (W3C trace context). */
  extract(carrier: Readonly<Record<string, string | undefined>>): Context;
}

/** Loads the OpenTelemetry API, an optional peer; undefined when it is not installed. */
export async function loadTracing(version: string): Promise<Tracing | undefined> {
  try {
    const api = await import('@opentelemetry/api');
    return {
      api,
      get isOn() {
        const provider = api.trace.getTracerProvider();
        return !(provider instanceof api.ProxyTracerProvider) || provider.getDelegateTracer('@trellis-mcp/server') !== undefined;
      },
      tracer: api.trace.getTracer('@trellis-mcp/server', version),
      extract: (carrier) => api.propagation.extract(api.ROOT_CONTEXT, carrier),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND');
}
