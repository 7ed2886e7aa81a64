import { AppError } from '@trellis-mcp/errors';
import type { TokenCounter } from '@trellis-mcp/context-window';
import type { NewTurn, Turn } from './session-memory.ts';
import { sumTokens, type Session } from './session.ts';

/** How large turns and sessions may be. */
export interface TurnLimits {
  maxTokens: number;
  maxTurnBytes: number;
}

/** Whatever the counter says, a token is at most so many bytes: it bounds the bytes of a session. */
const maxBytesPerToken = 16;
const rolePattern = /^[\w.:-]{1,64}$/;

/** Estimates what a turn takes when it is shown as JSON. */
export function measureTurn(turn: Omit<Turn, 'tokens'>, count: TokenCounter): number {
  const text = JSON.stringify(turn);
  const least = Math.ceil(Buffer.byteLength(text) / maxBytesPerToken);
  const counted = Math.ceil(count(text));
  return counted > least ? counted : least;
}

/** Checks a turn and measures it; its number comes when it is added. */
export function prepareTurn(
  turn: NewTurn,
  { maxTurnBytes, maxTokens, count, now }: TurnLimits & { count: TokenCounter; now: number },
): Turn {
  const { role, text, pinned = false, at = now } = turn;
  if (typeof role !== 'string' || !rolePattern.test(role) || role === 'summary') {
    throw new AppError('INVALID_INPUT', 'A role has 1 to 64 of A-Z a-z 0-9 _ . : - and is not "summary".');
  }
  if (typeof text !== 'string' || typeof pinned !== 'boolean' || !Number.isSafeInteger(at)) {
    throw new AppError('INVALID_INPUT', 'A turn has a text, and pinned (boolean) and at (whole milliseconds) when given.');
  }
  checkSize('bytes', Buffer.byteLength(text), maxTurnBytes);
  const prepared = { seq: Number.MAX_SAFE_INTEGER, kind: 'turn' as const, role, text, pinned, at };
  const tokens = measureTurn(prepared, count);
  checkSize('tokens', tokens, maxTokens);
  return { ...prepared, tokens };
}

function checkSize(unit: string, actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new AppError('LIMIT', `A turn of ${String(actual)} ${unit} is too long; the limit is ${String(limit)}.`, {
    details: { limit, actual },
  });
}

/** Adds a turn to a session, evicts when it becomes too large, and returns the number of the turn. */
export function addTurn(session: Session, turn: Turn, { maxTokens }: TurnLimits): number {
  const pinned = sumTokens(session.turns.filter((each) => each.pinned)) + turn.tokens;
  const limit = maxTokens / 2;
  if (turn.pinned && pinned > limit) {
    throw new AppError('LIMIT', `Pinned turns would take ${String(pinned)} tokens; the limit is ${String(limit)}.`, {
      hint: 'Append it without pinning.',
      details: { limit, actual: pinned },
    });
  }
  const seq = session.next;
  session.next += 1;
  session.turns.push({ ...turn, seq });
  if (sumTokens(session.turns) > 2 * maxTokens) evictOldest(session, maxTokens);
  return seq;
}

/** The newest turn, pinned turns and the summary stay; their own limits add up to less than the hard one. */
function evictOldest(session: Session, maxTokens: number): void {
  const newest = session.turns.at(-1);
  let tokens = sumTokens(session.turns);
  const kept = session.turns.filter((turn) => {
    if (tokens <= maxTokens || turn.pinned || turn.kind === 'summary' || turn === newest) return true;
    tokens -= turn.tokens;
    return false;
  });
  session.evicted += session.turns.length - kept.length;
  session.turns = kept;
}
