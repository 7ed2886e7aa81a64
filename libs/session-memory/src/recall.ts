import { AppError } from '@trellis-mcp/errors';
import type { Recollection, Turn } from './session-memory.ts';
import { sumTokens } from './session.ts';

/** Checks a budget: a whole number of tokens, at least 1. */
export function checkBudget(budget: number): number {
  if (Number.isSafeInteger(budget) && budget >= 1) return budget;
  throw new AppError('INVALID_INPUT', 'budget must be a whole number of tokens, at least 1.');
}

/** Picks turns for a budget: the newest, the summary, the pinned, the others; each group newest first, what does not fit is stepped over. */
export function pickTurns(turns: readonly Turn[], budget: number): Pick<Recollection, 'turns' | 'omitted'> {
  const newestFirst = turns.toReversed();
  const rank = (turn: Turn): number => {
    if (turn === newestFirst[0]) return 0;
    if (turn.kind === 'summary') return 1;
    return turn.pinned ? 2 : 3;
  };
  let left = budget;
  const picked = new Set<Turn>();
  for (const turn of newestFirst.toSorted((a, b) => rank(a) - rank(b))) {
    if (turn.tokens > left) continue;
    left -= turn.tokens;
    picked.add(turn);
  }
  const omitted = turns.filter((turn) => !picked.has(turn));
  return { turns: turns.filter((turn) => picked.has(turn)), omitted: { turns: omitted.length, tokens: sumTokens(omitted) } };
}
