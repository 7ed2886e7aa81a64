/** Decides whether a failing tier is tried. */
export interface Breaker {
  readonly isClosed: boolean;
  /** Whether a step may be tried now; an open breaker lets one through now and then, and none beside it. */
  canTry(): boolean;
  succeed(): void;
  fail(): void;
}

const failuresToOpen = 5;

/** Makes a breaker that opens after 5 failures in a row, and then lets one step try every `retryAfterMs`. */
export function createBreaker(retryAfterMs: number): Breaker {
  let failures = 0;
  let retryAt = 0;
  return {
    get isClosed() {
      return failures < failuresToOpen;
    },
    canTry() {
      if (failures < failuresToOpen) return true;
      const now = performance.now();
      if (now < retryAt) return false;
      retryAt = now + retryAfterMs;
      return true;
    },
    succeed() {
      failures = 0;
    },
    fail() {
      failures += 1;
      retryAt = performance.now() + retryAfterMs;
    },
  };
}
