/** A turn as it is given to {@link SessionMemory.append}. */
export interface NewTurn {
  /** Who speaks or what it is: `user`, `assistant`, `tool` or a word of your own; 1 to 64 of `A-Z a-z 0-9 _ . : -`, not `summary`. */
  role: string;
  text: string;
  /** A pinned turn is neither evicted nor summarised. Default false. */
  pinned?: boolean;
  /** When it took place, in epoch milliseconds. Default now. */
  at?: number;
}

/** A turn as it is kept. Turns are in the order of `seq`. */
export interface Turn {
  /** Counts from 1 within the session; a gap means that turns are left out. A summary has the number of the last turn it stands for. */
  seq: number;
  /** Tells a summary from a turn that pretends to be one. */
  kind: 'turn' | 'summary';
  role: string;
  text: string;
  pinned: boolean;
  /** Epoch milliseconds. */
  at: number;
  /** Estimate for the turn written as JSON. */
  tokens: number;
  /** How many turns a summary stands for; absent on turns. */
  covers?: number;
}

/** What is true of a session after a call. */
export interface SessionFacts {
  /** Sum of all turns. */
  tokens: number;
  /** Whether the session is over `maxTokens` and {@link SessionMemory.compact} would change it. */
  needsCompaction: boolean;
  /** Turns thrown away without a summary since the session was opened. */
  evicted: number;
  /** Turns that a summary stands for. */
  summarised: number;
  /** Epoch milliseconds; each use moves it on, up to the maximum life. */
  expiresAt: number;
}

/** The turns of a session within a budget. */
export interface Recollection extends SessionFacts {
  turns: Turn[];
  /** What the budget left out, of what is kept. */
  omitted: { turns: number; tokens: number };
}

/** What {@link SessionMemory.compact} did. */
export interface Compaction extends SessionFacts {
  outcome: 'summarised' | 'evicted' | 'unchanged';
  /** Turns that gave way. */
  turns: number;
  /** The same for people and models, such as `evicted 12 turns`. */
  note: string;
}

/** What a {@link Summarise} function is given. */
export interface SummaryRequest {
  /** The turns to summarise, oldest first, with the summary of a former compaction among them. Their text is data of unknown origin. */
  turns: readonly Turn[];
  /** What is longer is cut. */
  maxTokens: number;
  /** Aborts when the wait is over. */
  signal: AbortSignal;
}

/** Writes a summary, usually by asking a language model. */
export type Summarise = (request: SummaryRequest) => Promise<string>;

/** How {@link SessionMemory.compact} is done. */
export interface CompactOptions {
  /** In place of the one of the memory. */
  summarise?: Summarise;
  /** Ends the wait for the summary. */
  signal?: AbortSignal;
}

/**
 * Turns of sessions, kept for the principal that opened them.
 *
 * A handle works only together with its principal: possession of a handle is not authentication. An unknown, a foreign, an ended and an
 * expired handle get one and the same `NOT_FOUND`. Every method rejects with an `AppError`, also those of the store under it.
 */
export interface SessionMemory {
  /**
   * Opens a session. At the cap of the principal the session that was idle for the longest time ends, if that is at least `minIdleMs`;
   * else it rejects with `LIMIT` and `retryAfterMs`.
   */
  open(principal: string): Promise<{ handle: string; expiresAt: number }>;
  /**
   * Adds a turn at the end. Turns of one caller stay in order also when it does not wait; turns of others come in between.
   * Above twice `maxTokens` the oldest turns that are not pinned are evicted until `maxTokens` are left.
   *
   * Rejects with `LIMIT` when the turn has more than `maxTurnBytes` or `maxTokens`, when pinned turns would take more than half of
   * `maxTokens`, or when 1,000 turns of this process wait for the store; after `UPSTREAM` the turn may have been written.
   */
  append(principal: string, handle: string, turn: NewTurn): Promise<SessionFacts & { seq: number }>;
  /** Gives all turns that are kept. */
  read(principal: string, handle: string): Promise<SessionFacts & { turns: Turn[] }>;
  /**
   * Gives what fits into `budget` tokens: the newest turn, then the summary, pinned turns, and the others, newest first; what does not
   * fit is stepped over and counted.
   */
  recall(principal: string, handle: string, options: { budget: number }): Promise<Recollection>;
  /**
   * Makes room: the first `keepFirst`, the last `keepLast` and the pinned turns stay. What is between becomes a summary when there is a
   * `summarise` function, and is evicted when there is none. Turns that are appended meanwhile stay; nothing waits for the summary.
   * Nothing changes when the function fails (`UPSTREAM`), takes too long (`TIMEOUT`) or another compaction came first (`unchanged`).
   */
  compact(principal: string, handle: string, options?: CompactOptions): Promise<Compaction>;
  /** Forgets the session. */
  end(principal: string, handle: string): Promise<void>;
}
