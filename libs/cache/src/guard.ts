import type { AppError } from '@trellis-mcp/errors';
import { everything } from './cache-tier.ts';
import type { LatencyStats } from './latency.ts';
import { createRunner, type Use } from './runner.ts';

/** What stands in front of a tier or the bus: a failure or a slow answer becomes "not now", and what it missed is made up for. */
export interface Guard {
  readonly isClosed: boolean;
  readonly errors: number;
  /** Runs a step, `read` or the name of a change; undefined when it failed, took too long, or was not tried. */
  attempt<T>(operation: string, step: () => Promise<T>): Promise<T | undefined>;
  /** Runs a step that reads, and makes something of what it gave. What `use` throws is thrown to the caller, and no failure of the step. */
  read<T, R>(step: () => Promise<T>, use: Use<T, R>): Promise<R>;
  /** Invalidates names, now or, when that fails, before anything else is asked of it. */
  invalidate(names: readonly string[]): Promise<void>;
  latency(): LatencyStats;
  close(): void;
}

/** How a {@link createGuard} works. */
export interface GuardOptions {
  name: string;
  timeoutMs: number;
  /** How long it is left alone after failures, and how often debts are tried again. */
  retryAfterMs: number;
  /** Invalidates the names; {@link everything} stands for all. */
  apply: (names: readonly string[]) => Promise<unknown>;
  /** Told when names were invalidated later than asked. */
  onLate: (names: readonly string[]) => void;
  onError: (report: { tier: string; operation: string; error: AppError }) => void;
}

const maxOwed = 10_000;

const same = <T>(result: T): T => result;

/** Makes a guard whose breaker opens after 5 failures in a row and then lets one step try every `retryAfterMs`. */
export function createGuard(options: GuardOptions): Guard {
  const { apply, onLate, retryAfterMs } = options;
  const runner = createRunner(options);
  const owed = createDebt(() => void pay(), retryAfterMs);
  let paying: Promise<boolean> | undefined;
  const applyNow = async (names: readonly string[]): Promise<boolean> => {
    const operation = names.includes(everything) ? 'clear' : 'invalidate';
    return (await runner.run(operation, () => apply(names).then(() => true), same)) === true;
  };
  const payAll = async (): Promise<boolean> => {
    while (owed.size() > 0) {
      const names = owed.next();
      if (!(await applyNow(names))) return false;
      owed.settle(names);
      onLate(names);
    }
    return true;
  };
  const pay = (): Promise<boolean> =>
    (paying ??= payAll().finally(() => {
      paying = undefined;
    }));
  // To clear a tier may take long: only who asked for that waits.
  const paySoon = (): Promise<boolean> => {
    const paid = pay();
    return owed.isTotal() ? Promise.resolve(false) : paid;
  };
  const run: typeof runner.run = (operation, step, use) => {
    if (owed.size() === 0) return runner.run(operation, step, use);
    return paySoon().then((isPaid) => (isPaid ? runner.run(operation, step, use) : use(undefined)));
  };
  return {
    get isClosed() {
      return runner.breaker.isClosed && owed.size() === 0;
    },
    get errors() {
      return runner.errors();
    },
    attempt: (operation, step) => run(operation, step, same),
    read: (step, use) => run('read', step, use),
    async invalidate(names) {
      const isTotal = names.includes(everything);
      if (owed.size() === 0 && !isTotal && (await applyNow(names))) return;
      owed.add(names);
      await (isTotal ? pay() : paySoon());
    },
    latency: () => runner.latency.stats(),
    close: () => owed.close(),
  };
}

interface Debt {
  size(): number;
  /** Whether it is "everything". */
  isTotal(): boolean;
  add(names: readonly string[]): void;
  /** The next few names to pay. */
  next(): string[];
  settle(names: readonly string[]): void;
  close(): void;
}

const namesPerPayment = 500;

/** Names that a place still has to be told, at most 10,000: more become "everything". Calls `retry` now and then while there are any. */
function createDebt(retry: () => void, retryMs: number): Debt {
  let names = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stamp = 0;
  let taken = 0;
  let isClosed = false;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    size: () => names.size,
    isTotal: () => names.has(everything),
    add(more) {
      stamp += 1;
      for (const name of more) names.set(name, stamp);
      if (names.size > maxOwed || names.has(everything)) names = new Map([[everything, stamp]]);
      if (!isClosed) timer ??= setInterval(retry, retryMs).unref();
    },
    next() {
      taken = stamp;
      return [...names.keys()].slice(0, namesPerPayment);
    },
    settle(paid) {
      // What was owed again while it was paid stays owed.
      for (const name of paid) if ((names.get(name) ?? 0) <= taken) names.delete(name);
      if (names.size === 0) stop();
    },
    close() {
      isClosed = true;
      names.clear();
      stop();
    },
  };
}
