/** What is to be done at a time, unless it is called off before. */
export interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/**
 * Does things after a while. Of what is set nearly all is called off soon, so that all share one timer, which is let run: a timer for each
 * would cost more than what it guards.
 */
export class Alarms {
  readonly #alarms = new Set<Alarm>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /** Sets an alarm; it does not keep the process. */
  set(afterMs: number, ring: () => void): Alarm {
    const alarm: Alarm = { at: performance.now() + afterMs, ring };
    this.#alarms.add(alarm);
    this.#wakeAt(alarm.at, afterMs);
    return alarm;
  }

  /** Calls an alarm off, which may have rung. */
  callOff(alarm: Alarm): void {
    this.#alarms.delete(alarm);
  }

  #wakeAt(at: number, afterMs: number): void {
    if (at >= this.#timerAt) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#look(), afterMs).unref();
  }

  #look(): void {
    this.#timerAt = Infinity;
    const now = performance.now();
    for (const alarm of this.#alarms) {
      // A timer counts whole milliseconds, and may be early by a part of one.
      if (alarm.at - now < 1) {
        this.#alarms.delete(alarm);
        alarm.ring();
      } else {
        this.#wakeAt(alarm.at, alarm.at - now);
      }
    }
  }
}

/** Those of all calls. */
export const alarms = new Alarms();
