import type { Health } from '@trellis-mcp/health';
import type { Lifecycle, Running } from '@trellis-mcp/lifecycle';
import type { CommonConfig } from './common-settings.ts';
import type { EventHub } from './events/open-events.ts';
import type { Host } from './host.ts';
import type { Keeper } from './keep/create-keeper.ts';
import type { RateLimiter } from './limit/create-rate-limiter.ts';
import type { CallMemory } from './memory/call-memory.ts';
import type { Stopper } from './run/stopper.ts';
import type { Sealer } from './seal/create-sealer.ts';
import type { Tracing } from './trace/load-tracing.ts';

/** What the core needs of a {@link Host}. */
export interface RuntimeHost extends Pick<Host, 'log' | 'now' | 'keyStore' | 'bodyStore' | 'redis'> {
  readonly lifecycle: Pick<Lifecycle, 'track' | 'drainSignal'>;
  readonly health: Pick<Health, 'metrics' | 'report'>;
  readonly config: Pick<CommonConfig, 'tools' | 'excludeTools' | 'stateKeys' | 'cachePath'> &
    Partial<Pick<CommonConfig, 'auth' | 'listAll' | 'memory' | 'rateLimit' | 'toolBudget' | 'toolSearch'>>;
  /** Default: a hub of the runtime's own. */
  readonly events?: EventHub;
}

/** What all tasks of one runtime share. */
export interface Frame {
  readonly host: RuntimeHost;
  readonly deps: unknown;
  readonly sealer: Sealer;
  readonly keeper: Keeper;
  /** Absent without `--rate-limit`. */
  readonly limiter: RateLimiter | undefined;
  /** Absent without `--memory`. */
  readonly memory: CallMemory | undefined;
  /** Calls that run now; stopped together when the drain runs out. */
  readonly running: Running<Stopper>;
  /** How often progress is repeated while a handler says nothing, in milliseconds. */
  readonly heartbeatMs: number;
  /** Undefined until the OpenTelemetry API is loaded, or when it is not installed. */
  readonly tracing: () => Tracing | undefined;
}
