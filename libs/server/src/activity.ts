/** Counts what is under way, so that a drain can wait for it. */
export interface Activity {
  readonly active: number;
  enter(): void;
  leave(): void;
  /** Resolves when nothing is under way, or when the signal aborts. */
  idle(signal: AbortSignal): Promise<void>;
}

/** Makes an {@link Activity} at zero. */
export function createActivity(): Activity {
  let active = 0;
  const waiting = new Set<() => void>();
  return {
    get active() {
      return active;
    },
    enter() {
      active += 1;
    },
    leave() {
      active -= 1;
      if (active === 0) {
        for (const wake of waiting) {
          wake();
        }
      }
    },
    idle(signal) {
      if (active === 0 || signal.aborted) {
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
  };
}
