import { AppError } from '@trellis-mcp/errors';
import type { Look } from './look-below.ts';

/** One load under way, for any number of callers. */
export interface Flight {
  /** What the tiers had, known before the load begins; never rejects. */
  found: Promise<Look>;
  /** What was loaded, or found fresh. */
  loaded: Promise<unknown>;
  /** Where invalidations stood when it began. */
  moment: number;
  controller: AbortController;
  /** Callers that still wait. */
  waiting: number;
  /** Whether it goes on when nobody waits. */
  isBackground: boolean;
}

/** The loads of a process, one for each key. */
export interface Flights {
  get(key: string): Flight | undefined;
  /** Puts a flight in the place of an older one, which ends for those who wait for it. */
  start(key: string, flight: Flight): void;
  /** Waits for what `pick` makes of the flight; the flight is aborted when the last caller left it. */
  wait(key: string, flight: Flight, options: { signal: AbortSignal | undefined; pick: () => Promise<unknown> }): Promise<unknown>;
  /** Aborts all and resolves when they ended. */
  close(): Promise<void>;
}

/** Makes a place for flights. */
export function createFlights(): Flights {
  const current = new Map<string, Flight>();
  const all = new Set<Flight>();
  const leave = (key: string, flight: Flight): void => {
    flight.waiting -= 1;
    if (flight.waiting > 0 || flight.isBackground) return;
    if (current.get(key) === flight) current.delete(key);
    flight.controller.abort(cancelled());
  };
  return {
    get: (key) => current.get(key),
    start(key, flight) {
      current.set(key, flight);
      all.add(flight);
      const end = (): void => {
        all.delete(flight);
        if (current.get(key) === flight) current.delete(key);
      };
      flight.loaded.then(end, end);
    },
    wait(key, flight, { signal, pick }) {
      flight.waiting += 1;
      if (!signal) return pick();
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          reject(cancelled(signal.reason));
          leave(key, flight);
        };
        signal.addEventListener('abort', abort, { once: true });
        void pick()
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', abort));
      });
    },
    async close() {
      const flights = [...all];
      for (const { controller } of flights) controller.abort(cancelled());
      await Promise.allSettled(flights.map(({ loaded }) => loaded));
    },
  };
}

/** The error of a caller that went away, or of a closed cache. */
export function cancelled(cause?: unknown): AppError {
  return new AppError('CANCELLED', 'The value is no longer waited for.', { cause });
}
