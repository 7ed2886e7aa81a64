import { randomBytes as systemRandomBytes } from 'node:crypto';
import { countTokens as estimateTokens, type TokenCounter } from '@trellis-mcp/context-window';
import { AppError } from '@trellis-mcp/errors';
import type { KeyStore } from '@trellis-mcp/stores';
import type { SessionTableOptions } from './session-table.ts';
import type { Summarise } from './session-memory.ts';
import type { Window } from './session.ts';

/** How {@link createSessionMemory} keeps sessions. */
export interface SessionMemoryOptions {
  /** Where sessions live, one key each. Best a store that refuses when it is full: one that evicts loses whole sessions. */
  store: KeyStore;
  /** Above it a session asks for compaction; above twice as much its oldest turns are evicted. 100 to 1,000,000. */
  maxTokens: number;
  /** Life of a session after its last use, in milliseconds. */
  ttlMs: number;
  /** Life of a session whatever its use, in milliseconds. Default 24 hours, or `ttlMs` when that is longer. */
  maxLifeMs?: number;
  /** Most sessions of one principal, 1 to 1,000. Default 32. */
  maxPerPrincipal?: number;
  /** At the cap a session gives way when it was idle for so long, in milliseconds. Default a tenth of `ttlMs`. */
  minIdleMs?: number;
  /** Longest text of a turn in bytes of UTF-8. Default 16,384. */
  maxTurnBytes?: number;
  /** Turns at the start that a compaction keeps. Default 2. */
  keepFirst?: number;
  /** Turns at the end that a compaction keeps. Default 8. */
  keepLast?: number;
  /** Counts tokens. Default an estimate. */
  countTokens?: TokenCounter;
  /** Writes the summary of a compaction. Default none: compaction evicts. */
  summarise?: Summarise;
  /** Longest wait for a summary, in milliseconds. Default 60,000. */
  summariseTimeoutMs?: number;
  /** The clock, in epoch milliseconds; the same as that of the store. Default `Date.now`. */
  now?: () => number;
  /** Source of handles. Default the system's. */
  randomBytes?: (size: number) => Uint8Array;
}

/** The options with every default in place. */
export interface Settings extends Window {
  count: TokenCounter;
  summarise?: Summarise;
  summariseTimeoutMs: number;
  maxTurnBytes: number;
  now: () => number;
}

/** Checks what says who may have which session for how long. */
export function readTableOptions(options: SessionMemoryOptions): SessionTableOptions {
  const {
    store,
    maxLifeMs = Math.max(options.ttlMs, 86_400_000),
    maxPerPrincipal = 32,
    randomBytes = systemRandomBytes,
    now = Date.now,
  } = options;
  check('ttlMs', options.ttlMs, [1, 366 * 86_400_000]);
  check('maxLifeMs', maxLifeMs, [1, 10 * 366 * 86_400_000]);
  check('maxPerPrincipal', maxPerPrincipal, [1, 1_000]);
  const ttlMs = Math.min(options.ttlMs, maxLifeMs);
  const { minIdleMs = Math.ceil(ttlMs / 10) } = options;
  check('minIdleMs', minIdleMs, [0, Number.MAX_SAFE_INTEGER]);
  return { store, ttlMs, maxLifeMs, maxPerPrincipal, minIdleMs, now, randomBytes };
}

/** Checks what says how large a session is and how it is compacted. */
export function readSettings(options: SessionMemoryOptions): Settings {
  const { maxTokens, maxTurnBytes = 16_384, keepFirst = 2, keepLast = 8, summariseTimeoutMs = 60_000 } = options;
  check('maxTokens', maxTokens, [100, 1_000_000]);
  check('maxTurnBytes', maxTurnBytes, [1, 1_048_576]);
  check('keepFirst', keepFirst, [0, 100_000]);
  check('keepLast', keepLast, [0, 100_000]);
  check('summariseTimeoutMs', summariseTimeoutMs, [1, 3_600_000]);
  const { countTokens: count = estimateTokens, summarise, now = Date.now } = options;
  return { maxTokens, maxTurnBytes, keepFirst, keepLast, summariseTimeoutMs, count, now, ...(summarise && { summarise }) };
}

function check(name: string, value: number, [min, max]: readonly [number, number]): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new AppError('INVALID_INPUT', `${name} must be a whole number from ${String(min)} to ${String(max)}.`);
}
