/** What is to be done at a time, unless it is called off before. */
export interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  /** Among all alarms. */
  readonly place: number;
}

/**
 * Does things after a while. Of what is set nearly all is called off soon, so that all share one timer, which is let run: a timer for each
 * would cost more than what it guards.
 */
export class Alarms {
  /** Not a Set: V8 would keep all that was ever in it, and the calls behind that, until it collects everything. */
  readonly #alarms: (Alarm | undefined)[] = [];
  readonly #free: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /** Sets an alarm; it does not keep the process. */
  set(afterMs: number, ring: () => void): Alarm {
    const place = this.#free.pop() ?? this.#alarms.length;
    const alarm: Alarm = { at: performance.now() + afterMs, ring, place };
    this.#alarms[place] = alarm;
    this.#wakeAt(alarm.at, afterMs);
    return alarm;
  }

  /** Calls an alarm off, which may have rung. */
  callOff(alarm: Alarm): void {
    const { place } = alarm;
    if (this.#alarms[place] !== alarm) return;
    this.#alarms[place] = undefined;
    this.#free.push(place);
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
      if (alarm === undefined) continue;
      // A timer counts whole milliseconds, and may be early by a part of one.
      if (alarm.at - now < 1) {
        this.callOff(alarm);
        alarm.ring();
      } else {
        this.#wakeAt(alarm.at, alarm.at - now);
      }
    }
  }
}

/** Those of all calls. */
export const alarms = new Alarms();
