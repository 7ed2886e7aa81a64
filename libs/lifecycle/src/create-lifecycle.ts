import { AppError, exitCodes } from '@trellis-mcp/errors';
import { setMaxListeners } from 'node:events';
import type { DrainStep, Lifecycle, LifecycleOptions, Phase, Step, StopDetails, StopReason } from './lifecycle.ts';
import { settleWithin } from './settle-within.ts';
import { isUrgent, stopNotes } from './stop-notes.ts';

/** Answers may still be read after stdin ended, as in `printf ... | server`: quick calls get this long to finish. */
const lastAnswersMs = 200;
/** What aborted work gets to settle. */
const abortGraceMs = 300;
/** With a drain of 0 ms an idle program still needs a turn of the event loop to be seen idle. */
const idleTurnMs = 20;
/** Bounds of an urgent stop: 200 + 200 + 300 + 700 ms and half a second to notice a lost parent stay below 2 s. */
const urgentIntakeMs = 200;
const urgentCloseMs = 700;
/** What the first steps leave of these is there to close, too; only a lost parent is noticed late. */
const urgentMs = { parentGone: 1_400, others: 1_600 };
/** What the steps that found no time left get, all together. */
const leftoverMs = 100;

interface Named<Run> {
  readonly name: string;
  readonly run: Run;
}

/**
 * Creates the life of a program, in phase `starting`. It installs no handlers: see `watchSignals` and `watchStdio`.
 *
 * Exit codes: 0 after a clean stop, also one that aborted calls because their reader went away; 70 when the drain ran out, a step failed or
 * hung, or the reason was a failure.
 */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  return new OrderedLifecycle(options);
}

class OrderedLifecycle implements Lifecycle {
  readonly #options: Required<LifecycleOptions>;
  readonly #abort = new AbortController();
  readonly #hurry = new AbortController();
  readonly #intakeSteps: Named<Step>[] = [];
  readonly #drainSteps: Named<DrainStep>[] = [];
  readonly #closeSteps: Named<Step>[] = [];
  #phase: Phase = 'starting';
  #active = 0;
  #intakeMs = 0;
  #onIdle: (() => void) | undefined;
  #stopReason: StopReason | undefined;
  /** By when an urgent stop has closed everything. */
  #urgentBy: number | undefined;
  #stopping: Promise<void> | undefined;
  /** Why the exit code is not 0; the first one is told. */
  #fault: string | undefined;
  #faultCode: number = exitCodes.software;

  constructor(options: LifecycleOptions) {
    this.#options = { intakeDelayMs: 0, stepTimeoutMs: 1_000, now: () => performance.now(), say: () => undefined, ...options };
    setMaxListeners(0, this.#abort.signal);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  get drainSignal(): AbortSignal {
    return this.#abort.signal;
  }

  get active(): number {
    return this.#active;
  }

  ready(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  onIntake(name: string, run: Step): void {
    this.#intakeSteps.push({ name, run });
  }

  onDrain(name: string, run: DrainStep): void {
    this.#drainSteps.push({ name, run });
  }

  onClose(name: string, run: Step): void {
    this.#closeSteps.push({ name, run });
  }

  async track<T>(run: () => Promise<T>): Promise<T> {
    if (this.#phase === 'closing' || this.#phase === 'stopped')
      throw new AppError('CANCELLED', 'The server is stopping.', { retryable: true });
    this.#active += 1;
    try {
      return await run();
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#onIdle?.();
    }
  }

  stop(reason: StopReason, details: StopDetails = {}): Promise<void> {
    const isFirst = this.#stopReason === undefined;
    this.#stopReason ??= reason;
    if (reason === 'failure' && this.#fault === undefined) {
      this.#fault = details.note ?? stopNotes.failure;
      this.#faultCode = details.code ?? exitCodes.software;
    }
    const fields = { reason, note: details.note, active: this.#active, err: details.error };
    if (isFirst) this.#options.log.info(fields, 'Stopping.');
    else this.#options.log.debug(fields, 'Another reason to stop.');
    if (isUrgent(reason)) this.#hurryUp(reason);
    if (isFirst) this.#phase = 'draining';
    this.#stopping ??= this.#shutDown(details.note ?? stopNotes[reason]);
    return this.#stopping;
  }

  #hurryUp(reason: StopReason): void {
    const latest = this.#options.now() + (reason === 'parent-gone' ? urgentMs.parentGone : urgentMs.others);
    this.#urgentBy = Math.min(this.#urgentBy ?? latest, latest);
    this.#hurry.abort();
  }

  async #shutDown(note: string): Promise<void> {
    const startedAt = this.#options.now();
    try {
      await this.#closeIntake();
      await this.#drain();
      this.#phase = 'closing';
      await this.#closeAll();
      this.#phase = 'stopped';
      this.#tell(note, startedAt);
    } finally {
      // Also when a log or a terminal threw: a program that cannot say so must still end.
      this.#options.exit(this.#phase === 'stopped' ? this.#exitCode : exitCodes.software);
    }
  }

  get #exitCode(): number {
    return this.#fault === undefined ? exitCodes.ok : this.#faultCode;
  }

  #tell(note: string, startedAt: number): void {
    const { log, now, say } = this.#options;
    const code = this.#exitCode;
    log.info({ code, durationMs: Math.round(now() - startedAt) }, 'Stopped.');
    say(this.#fault === undefined ? `Stopped: ${note}.` : `Stopped with code ${code}: ${this.#fault}.`);
  }

  async #closeIntake(): Promise<void> {
    const { intakeDelayMs, now, stepTimeoutMs } = this.#options;
    const startedAt = now();
    if (intakeDelayMs > 0) await settleWithin(new Promise(() => undefined), intakeDelayMs, this.#hurry.signal);
    const timeoutMs = this.#hurry.signal.aborted ? urgentIntakeMs : stepTimeoutMs / 2;
    await Promise.all(this.#intakeSteps.map((step) => this.#runStep(step, timeoutMs)));
    this.#intakeMs = now() - startedAt;
  }

  async #drain(): Promise<void> {
    const { drainTimeoutMs, log } = this.#options;
    const signal = this.#abort.signal;
    const work = Promise.all([this.#whenIdle(), ...this.#drainSteps.map(({ name, run }) => this.#attempt(name, () => run(signal)))]);
    let settled = await settleWithin(work, Math.max(drainTimeoutMs, idleTurnMs), this.#hurry.signal);
    if (settled === 'done') return;
    if (settled === 'timeout') this.#fault ??= `the drain ran out after ${drainTimeoutMs} ms with ${countCalls(this.#active)} running`;
    if (this.#stopReason === 'stdin-end') settled = await settleWithin(work, lastAnswersMs);
    if (settled !== 'done') {
      log[this.#active > 0 ? 'warn' : 'debug']({ active: this.#active }, 'Aborting what still runs.');
      this.#abort.abort(new AppError('CANCELLED', 'The server is stopping.', { retryable: true }));
      settled = await settleWithin(work, abortGraceMs);
    }
    if (settled !== 'done') log.warn({ active: this.#active }, 'Work did not end after its abort; it is left behind.');
  }

  async #whenIdle(): Promise<void> {
    do {
      if (this.#active > 0) {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.#onIdle = () => {
          resolve(undefined);
        };
        await promise;
      }
      // One turn of the event loop: what settled last still has to write its answer, and may have led to more.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#active > 0);
  }

  async #closeAll(): Promise<void> {
    const { now, stepTimeoutMs } = this.#options;
    const calmMs = Math.max(stepTimeoutMs * 1.5 - this.#intakeMs, stepTimeoutMs / 2);
    const deadline = this.#urgentBy === undefined ? now() + calmMs : Math.max(this.#urgentBy, now() + urgentCloseMs);
    for (let step = this.#closeSteps.pop(); step !== undefined; step = this.#closeSteps.pop()) {
      const leftMs = deadline - now();
      if (leftMs > 0) {
        await this.#runStep(step, Math.min(leftMs, stepTimeoutMs));
        continue;
      }
      // No time is left to wait for each, but each must have been told.
      const rest = [step, ...this.#closeSteps.splice(0).reverse()];
      await Promise.all(rest.map((late) => this.#runStep(late, leftoverMs)));
    }
  }

  async #runStep({ name, run }: Named<Step>, timeoutMs: number): Promise<void> {
    const settled = await settleWithin(this.#attempt(name, run), timeoutMs);
    if (settled === 'done') return;
    this.#fault ??= `"${name}" did not close in time`;
    this.#options.log.error({ step: name, timeoutMs }, 'A step of the shutdown did not end in time.');
  }

  /** Runs one step; never rejects. */
  async #attempt(name: string, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      // Drain steps end by their abort signal.
      if (this.#abort.signal.aborted && error === this.#abort.signal.reason) return;
      this.#fault ??= `"${name}" failed to close`;
      this.#options.log.error({ step: name, err: error }, 'A step of the shutdown failed.');
    }
  }
}

function countCalls(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}
