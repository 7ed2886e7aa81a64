import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Tracer, TracerProvider } from '@opentelemetry/api';

/** The OpenTelemetry API as far as the core uses it. */
export interface Tracing {
  readonly api: typeof OpenTelemetry;
  readonly tracer: Tracer;
  /** Whether somebody listens: without a registered provider spans cost time and go nowhere. */
  readonly isOn: boolean;
  /** The context that a client sent along (W3C trace context). */
  readonly extract: (carrier: Readonly<Record<string, string | undefined>>) => Context;
}

/** Where the API keeps what was registered with it (opentelemetry.js, api/src/internal/global-utils.ts). */
const registry = Symbol.for('opentelemetry.js.api.1');

/** Whether an OpenTelemetry SDK has registered anything in this process: before that the API has nothing to do, and takes a while to load. */
export function isTracingRegistered(): boolean {
  return registry in globalThis;
}

/** Loads the OpenTelemetry API, an optional peer; undefined when it is not installed. */
export async function loadTracing(version: string): Promise<Tracing | undefined> {
  try {
    const api = await import('@opentelemetry/api');
    return {
      api,
      get isOn() {
        return hasDelegate(api.trace.getTracerProvider());
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

/** The API answers with a proxy until an SDK registers; only a proxy can tell that it has nobody behind it. */
function hasDelegate(provider: TracerProvider): boolean {
  return !isProxy(provider) || provider.getDelegateTracer('@trellis-mcp/server') !== undefined;
}

function isProxy(provider: TracerProvider): provider is TracerProvider & { getDelegateTracer(name: string): unknown } {
  return 'getDelegateTracer' in provider && typeof provider.getDelegateTracer === 'function';
}
