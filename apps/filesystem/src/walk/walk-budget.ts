import { AppError } from '@trellis-mcp/errors';

/** How far one walk may go. */
export interface WalkLimits {
  /** Entries that are looked at. */
  readonly maxEntries: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What is left of the limits while a walk runs. */
export interface WalkBudget {
  /** Why the walk has to end before everything was seen; nothing as long as it need not. */
  readonly over: 'entries' | 'time' | undefined;
  /**
   * Counts one entry.
   *
   * @returns Whether it may still be looked at.
   * @throws The reason of an abort.
   */
  take(): boolean;
}

/** Starts the clock. */
export function openWalkBudget({ maxEntries, timeoutMs, signal }: WalkLimits): WalkBudget {
  const end = performance.now() + timeoutMs;
  let looked = 0;
  let over: WalkBudget['over'];
  return {
    get over() {
      return over;
    },
    take() {
      signal.throwIfAborted();
      looked += 1;
      if (looked > maxEntries) over ??= 'entries';
      else if (performance.now() > end) over ??= 'time';
      return over === undefined;
    },
  };
}

/** The error of a search that cannot answer with a part. */
export function searchTooLong(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The search was stopped after ${timeoutMs} ms.`, {
    hint: 'Name a folder further down, a narrower glob or pattern. The operator can set --search-timeout-ms.',
    details: { timeoutMs },
  });
}

/** The error of a search through too many entries. */
export function tooManyEntries(maxEntries: number): AppError {
  return new AppError('LIMIT', `More than ${maxEntries} entries would have to be looked at.`, {
    hint: 'Name a folder further down. The operator can set --max-entries.',
    details: { maxEntries },
  });
}
