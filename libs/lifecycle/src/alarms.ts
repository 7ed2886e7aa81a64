import { Running } from './running.ts';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  callOff: () => void;
}

/** More is counted as nothing by Node. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Does things after a while. Of what is set nearly all is called off soon, so that all share one timer, which is let run: a timer for each
 * would cost more than what it guards.
 */
export class Alarms {
  readonly #alarms = new Running<Alarm>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /**
   * Calls `ring` after so many milliseconds, which are no reason for the process to stay: what waits for it is.
   *
   * @returns What calls it off; does nothing once it has rung.
   */
  set(afterMs: number, ring: () => void): () => void {
    const alarm: Alarm = { at: performance.now() + afterMs, ring, callOff: none };
    alarm.callOff = this.#alarms.add(alarm);
    this.#wakeAt(alarm.at, afterMs);
    return alarm.callOff;
  }

  #wakeAt(at: number, afterMs: number): void {
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(afterMs, 0), longestTimerMs)).unref();
  }

  #look(): void {
    this.#timerAt = Infinity;
    const now = performance.now();
    for (const alarm of this.#alarms) {
      // A timer counts whole milliseconds, and may be early by a part of one.
      if (alarm.at - now < 1) {
        alarm.callOff();
        ring(alarm);
      } else {
        this.#wakeAt(alarm.at, alarm.at - now);
      }
    }
  }
}

const none = (): void => undefined;

/** What throws is uncaught, as with a timer of its own, and holds up no other alarm. */
function ring(alarm: Alarm): void {
  try {
    alarm.ring();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}

/** Those of the process. */
export const alarms = new Alarms();
