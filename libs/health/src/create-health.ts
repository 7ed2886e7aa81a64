import { CallTallies, type FinishedCall } from './call-tallies.ts';
import { createCheckRunner, type Check, type CheckOptions, type CheckRunner } from './check-runner.ts';
import type { CheckReport, HealthReport, HealthSource, HealthStatus } from './health-report.ts';
import type { GaugeValues } from './render-metrics.ts';

/** Options of {@link createHealth}. */
export interface HealthOptions {
  /** The program's version. */
  readonly version: string;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
  /** When the program started, on the clock of `now`. Default: now. */
  readonly startedAt?: number;
}

/** Whether the program may be sent work. */
export interface Readiness {
  readonly ready: boolean;
  /** Names of the critical checks that failed, and `draining`. */
  readonly failing: readonly string[];
}

/** Counters and gauges in Prometheus' text format. Counting costs a few map look-ups; prom-client is loaded with the first `text()`. */
export interface Metrics {
  /** Lets `names` of `kind` (`tool`, `resource`, ...) have series of their own; all other names count as `other`. */
  registerNames(kind: string, names: readonly string[]): void;
  callStarted(kind: string): void;
  callFinished(call: FinishedCall): void;
  /** Counts a request turned away before it became a call; `reason` is a word of the program's own, such as `host`, `auth` or `body`. */
  rejected(reason: string): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** Checks, report and metrics of one process. */
export interface Health {
  /** Adds a check; the name must be new. Runs at most once at a time and at most once a second. */
  addCheck(name: string, check: Check, options?: CheckOptions): void;
  /** Says where numbers come from; later calls add to earlier ones. */
  setSource(source: HealthSource): void;
  /** Says how to know that the program drains. Default: never. */
  setDraining(isDraining: () => boolean): void;
  report(): Promise<HealthReport>;
  /** Answers within the longest deadline of the checks; results are kept for a second and shared by concurrent callers. */
  ready(): Promise<Readiness>;
  readonly metrics: Metrics;
}

const keepMs = 1_000;
const maxChecks = 64;

/** Creates the health of one process. It opens nothing and runs checks only when asked. */
export function createHealth(options: HealthOptions): Health {
  return new ProcessHealth(options);
}

class ProcessHealth implements Health {
  readonly metrics: Metrics;
  readonly #version: string;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #tallies = new CallTallies();
  readonly #checks = new Map<string, CheckRunner>();
  #source: HealthSource = {};
  #isDraining: () => boolean = () => false;
  #running: Promise<readonly CheckReport[]> | undefined;
  #kept: { readonly at: number; readonly reports: readonly CheckReport[] } | undefined;

  constructor({ version, now = Date.now, startedAt = now() }: HealthOptions) {
    this.#version = version;
    this.#now = now;
    this.#startedAt = startedAt;
    this.metrics = createMetrics(this.#tallies, () => this.#gauges());
  }

  addCheck(name: string, check: Check, options: CheckOptions = {}): void {
    if (this.#checks.has(name)) throw new RangeError(`A check named "${name}" exists.`);
    if (this.#checks.size >= maxChecks) throw new RangeError(`More than ${maxChecks} checks.`);
    this.#checks.set(name, createCheckRunner(name, check, { ...options, now: this.#now }));
    this.#kept = undefined;
  }

  setSource(source: HealthSource): void {
    this.#source = { ...this.#source, ...source };
  }

  setDraining(isDraining: () => boolean): void {
    this.#isDraining = isDraining;
  }

  async ready(): Promise<Readiness> {
    if (this.#isDraining()) return { ready: false, failing: ['draining'] };
    const failing = (await this.#runChecks()).filter((check) => check.critical && !check.ok).map((check) => check.name);
    if (this.#isDraining()) failing.push('draining');
    return { ready: failing.length === 0, failing };
  }

  async report(): Promise<HealthReport> {
    const checks = await this.#runChecks();
    const gauges = this.#gauges();
    return {
      status: judge(checks, gauges.isDraining),
      version: gauges.version,
      uptime_seconds: Math.round(gauges.uptimeSeconds),
      active_sessions: gauges.activeSessions,
      active_requests: gauges.activeRequests,
      open_subscriptions: gauges.openSubscriptions,
      live_handles: gauges.liveHandles,
      memory_mb: Math.round((process.memoryUsage.rss() / 1_048_576) * 10) / 10,
      cache_hit_rate: gauges.cacheHitRate,
      checks,
    };
  }

  async #runChecks(): Promise<readonly CheckReport[]> {
    const age = this.#kept === undefined ? Infinity : this.#now() - this.#kept.at;
    if (this.#kept !== undefined && age >= 0 && age < keepMs) return this.#kept.reports;
    this.#running ??= this.#runAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runAll(): Promise<readonly CheckReport[]> {
    const at = this.#now();
    const reports = await Promise.all([...this.#checks.values()].map((check) => check.run()));
    this.#kept = { at, reports };
    return reports;
  }

  #gauges(): GaugeValues {
    const { activeSessions, activeRequests, openSubscriptions, liveHandles, cacheHitRate } = this.#source;
    const hitRate = cacheHitRate?.();
    return {
      version: this.#version,
      uptimeSeconds: Math.max(0, (this.#now() - this.#startedAt) / 1_000),
      activeSessions: activeSessions?.() ?? 0,
      activeRequests: activeRequests?.() ?? this.#tallies.active,
      openSubscriptions: openSubscriptions?.() ?? 0,
      liveHandles: liveHandles?.() ?? 0,
      cacheHitRate: hitRate !== undefined && Number.isFinite(hitRate) ? hitRate : null,
      isDraining: this.#isDraining(),
    };
  }
}

function judge(checks: readonly CheckReport[], isDraining: boolean): HealthStatus {
  if (isDraining) return 'draining';
  const failed = checks.filter((check) => !check.ok);
  if (failed.some((check) => check.critical)) return 'failing';
  return failed.length > 0 ? 'degraded' : 'ok';
}

function createMetrics(tallies: CallTallies, gauges: () => GaugeValues): Metrics {
  let registry: Promise<{ metrics(): Promise<string> }> | undefined;
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    registerNames: (kind, names) => {
      tallies.register(kind, names);
    },
    callStarted: (kind) => {
      tallies.start(kind);
    },
    callFinished: (call) => {
      tallies.finish(call);
    },
    rejected: (reason) => {
      tallies.reject(reason);
    },
    async text() {
      registry ??= import('./render-metrics.ts').then(({ createRegistry }) => createRegistry(tallies, gauges));
      return (await registry).metrics();
    },
  };
}
