import type { SessionFacts, Turn } from './session-memory.ts';

/** A session as the store holds it, in JSON. */
export interface Session {
  /** Version of this layout. */
  v: 1;
  /** Hash of principal and handle. */
  digest: string;
  openedAt: number;
  usedAt: number;
  expiresAt: number;
  /** `seq` of the next turn. */
  next: number;
  evicted: number;
  turns: Turn[];
}

/** What a session may take, and which of its turns a compaction keeps. */
export interface Window {
  maxTokens: number;
  keepFirst: number;
  keepLast: number;
}

/** Reads what the store holds; undefined when it is nothing, expired, or of another layout. */
export function parseSession(text: string | undefined, now: number): Session | undefined {
  if (text === undefined) return undefined;
  const session = parseJson(text);
  return isSession(session) && session.expiresAt > now ? session : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'v' in value && value.v === 1 && 'turns' in value && Array.isArray(value.turns);
}

/** Adds up the tokens of turns. */
export function sumTokens(turns: readonly Turn[]): number {
  return turns.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Picks what a compaction may take: what is not pinned and lies between the first and the last turns. Includes a former summary. */
export function pickMiddle(turns: readonly Turn[], { keepFirst, keepLast }: Window): Turn[] {
  const spoken = turns.filter(({ kind }) => kind === 'turn');
  const between = spoken.slice(keepFirst, Math.max(keepFirst, spoken.length - keepLast));
  const middle = new Set(between.filter(({ pinned }) => !pinned));
  if (middle.size === 0) return [];
  return turns.filter((turn) => turn.kind === 'summary' || middle.has(turn));
}

/** Says what is true of a session. */
export function factsOf(session: Session, window: Window): SessionFacts {
  const { turns, evicted, expiresAt } = session;
  const tokens = sumTokens(turns);
  return {
    tokens,
    needsCompaction: tokens > window.maxTokens && pickMiddle(turns, window).length > 0,
    evicted,
    summarised: turns.reduce((sum, { covers = 0 }) => sum + covers, 0),
    expiresAt,
  };
}
