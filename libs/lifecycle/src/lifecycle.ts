/** Where a program is in its life; only ever moves to the right. */
export type Phase = 'starting' | 'ready' | 'draining' | 'closing' | 'stopped';

/**
 * Why a program stops.
 *
 * `signal` and `requested` drain. `stdin-end`, `stdout-closed` and `parent-gone` mean that nobody reads the answers, `failure` that the
 * program cannot be trusted any more: these abort what runs, also when a drain is under way.
 */
export type StopReason = 'signal' | 'stdin-end' | 'stdout-closed' | 'parent-gone' | 'failure' | 'requested';

/** One step of a phase. A failure is logged and makes the exit code 70; it stops no other step. */
export type Step = () => void | Promise<void>;

/** One step of the drain; `signal` aborts when the drain runs out or nobody waits for the answers. */
export type DrainStep = (signal: AbortSignal) => void | Promise<void>;

/** The part of a pino logger that this package writes to. */
export interface LifecycleLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

/** What is known about the cause of a stop. */
export interface StopDetails {
  /** Completes the sentence "Stopped: ..." for people, such as `SIGTERM was received`. Default: a text for the reason. */
  readonly note?: string;
  /** What was caught, for reason `failure`. */
  readonly error?: unknown;
  /** Exit code of reason `failure`. Default: 70. */
  readonly code?: number;
}

/** Options of `createLifecycle`. */
export interface LifecycleOptions {
  readonly log: LifecycleLog;
  /** How long running work may take after a signal, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** How long new work is still taken after readiness turned, so that a balancer notices; skipped when nobody waits. Default: 0. */
  readonly intakeDelayMs?: number;
  /**
   * Deadline of one close step in milliseconds; an intake step gets half of it, all close steps together 1.5 times it less what the intake
   * took, so that an idle program is gone within 2 s. Default: 1,000.
   */
  readonly stepTimeoutMs?: number;
  /** Milliseconds since any fixed point, never going back. Default: `performance.now`. */
  readonly now?: () => number;
  /** Ends the program, usually `process.exit`. Called once, last. */
  readonly exit: (code: number) => void;
  /** Prints one line for people. Default: prints nothing. */
  readonly say?: (line: string) => void;
}

/** Start, work and ordered stop of one program: intake, drain, close, exit. */
export interface Lifecycle {
  readonly phase: Phase;
  /** The first reason to stop. */
  readonly stopReason: StopReason | undefined;
  /** Aborts when the drain runs out or nobody waits for the answers. */
  readonly drainSignal: AbortSignal;
  /** Work under {@link Lifecycle.track} that has not settled. */
  readonly active: number;
  /** Ends `starting`. Without effect after {@link Lifecycle.stop}. */
  ready(): void;
  /** Adds a step that stops new work from arriving, such as closing the listening socket without waiting for its connections. */
  onIntake(name: string, run: Step): void;
  /** Adds work of the drain beside tracked work, such as ending subscriptions. All run together, bounded by the drain. */
  onDrain(name: string, run: DrainStep): void;
  /** Adds a step that releases a resource. Last in, first out, one after the other. Also while closing. */
  onClose(name: string, run: Step): void;
  /**
   * Runs work that a drain waits for.
   * @throws AppError `CANCELLED` once the drain is over.
   */
  track<T>(run: () => Promise<T>): Promise<T>;
  /** Stops the program; resolves after `exit` was called. Later calls join the first; an urgent reason cuts its drain short. */
  stop(reason: StopReason, details?: StopDetails): Promise<void>;
}
