/** Whether a step only looks, or changes something: a full disk takes no writes, and gives what it has. */
export type StepKind = 'read' | 'write';

/** Decides whether a failing tier is tried. */
export interface Breaker {
  readonly isClosed: boolean;
  /** Whether a step may be tried now; an open breaker lets one through now and then, and none beside it. */
  canTry(kind: StepKind): boolean;
  succeed(kind: StepKind): void;
  fail(kind: StepKind): void;
}

const failuresToOpen = 5;

/**
 * Makes a breaker that opens after 5 failures in a row, and then lets one step try every `retryAfterMs`. Failing writes open it for
 * writes, whatever is read meanwhile; a failing read counts for both.
 */
export function createBreaker(retryAfterMs: number): Breaker {
  const steps = createSwitch(retryAfterMs);
  const writes = createSwitch(retryAfterMs);
  return {
    get isClosed() {
      return steps.isClosed() && writes.isClosed();
    },
    canTry: (kind) => steps.canTry() && (kind === 'read' || writes.canTry()),
    succeed(kind) {
      steps.succeed();
      if (kind === 'write') writes.succeed();
    },
    fail(kind) {
      steps.fail();
      if (kind === 'write') writes.fail();
    },
  };
}

interface Switch {
  isClosed(): boolean;
  canTry(): boolean;
  succeed(): void;
  fail(): void;
}

function createSwitch(retryAfterMs: number): Switch {
  let failures = 0;
  let retryAt = 0;
  return {
    isClosed: () => failures < failuresToOpen,
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
