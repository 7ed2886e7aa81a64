/** `draining` beats `failing` (a critical check fails), which beats `degraded` (another check fails). */
export type HealthStatus = 'ok' | 'degraded' | 'failing' | 'draining';

/** What one check found. */
export interface CheckReport {
  readonly name: string;
  readonly ok: boolean;
  readonly critical: boolean;
  /** How long the check took, or has taken so far. */
  readonly duration_ms: number;
  /** At most 200 characters. */
  readonly detail?: string;
}

/** The health of one process, as `/healthz` and the tool `health_check` show it. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly version: string;
  readonly uptime_seconds: number;
  /** Open connections and live handles together. */
  readonly active_sessions: number;
  readonly active_requests: number;
  readonly open_subscriptions: number;
  readonly live_handles: number;
  /** Resident memory in MiB. */
  readonly memory_mb: number;
  /** 0 to 1, or null while there is no cache or nothing was looked up. */
  readonly cache_hit_rate: number | null;
  readonly checks: readonly CheckReport[];
}

/** Where the numbers of a report come from. Called for each report; they must be cheap and must not throw. */
export interface HealthSource {
  /** Open connections and live handles. Default: 0. */
  readonly activeSessions?: () => number;
  /** Default: calls that the metrics saw start and not finish. */
  readonly activeRequests?: () => number;
  readonly openSubscriptions?: () => number;
  readonly liveHandles?: () => number;
  /** 0 to 1; undefined or not a number while nothing was looked up. */
  readonly cacheHitRate?: () => number | undefined;
}
