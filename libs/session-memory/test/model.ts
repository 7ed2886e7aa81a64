import { expect } from '@jest/globals';
import type { SessionFacts, SessionMemory, Turn } from '../src/index.ts';

/** The limits under which the model and the memory run. */
export const limits = { maxTokens: 200, ttlMs: 100, maxLifeMs: 300, maxPerPrincipal: 2, minIdleMs: 20, keepFirst: 1, keepLast: 2 };

/** What the model knows of one session. */
interface Expected {
  principal: string;
  handle: string;
  openedAt: number;
  usedAt: number;
  hasEnded: boolean;
  /** Text of each turn, by its number less one. */
  appended: { text: string; pinned: boolean }[];
}

/** Plain bookkeeping beside a memory: what must be there, what may be gone, and who may see it. */
export interface Model {
  sessions: Expected[];
  living: (principal: string) => Expected[];
  isLiving: (session: Expected) => boolean;
}

/** Starts an empty model on a clock. */
export function createModel(now: () => number): Model {
  const sessions: Expected[] = [];
  const isLiving = ({ hasEnded, usedAt, openedAt }: Expected): boolean =>
    !hasEnded && now() < Math.min(usedAt + limits.ttlMs, openedAt + limits.maxLifeMs);
  return { sessions, isLiving, living: (principal) => sessions.filter((each) => each.principal === principal && isLiving(each)) };
}

/** Opens a session and expects the cap, and that only the idlest gives way. */
export async function open(memory: SessionMemory, model: Model, { principal, now }: { principal: string; now: number }): Promise<void> {
  const living = model.living(principal);
  const idlest = Math.min(...living.map(({ usedAt }) => usedAt));
  if (living.length >= limits.maxPerPrincipal && now - idlest < limits.minIdleMs) {
    await expect(memory.open(principal)).rejects.toMatchObject({ code: 'LIMIT', retryAfterMs: limits.minIdleMs - (now - idlest) });
    return;
  }
  const { handle } = await memory.open(principal);
  if (living.length >= limits.maxPerPrincipal) {
    const candidates = living.filter(({ usedAt }) => usedAt === idlest);
    const gone = candidates.find((each) => /^mem_\d+_/.exec(each.handle)?.[0] === /^mem_\d+_/.exec(handle)?.[0]);
    expect(gone).toBeDefined();
    if (gone) gone.hasEnded = true;
  }
  model.sessions.push({ principal, handle, openedAt: now, usedAt: now, hasEnded: false, appended: [] });
}

/** Expects of the kept turns what holds after any number of steps. */
export function expectSound(session: Expected, turns: readonly Turn[], facts: SessionFacts): void {
  const spoken = turns.filter(({ kind }) => kind === 'turn');
  expect(turns.map(({ seq }) => seq)).toEqual([...new Set(turns.map(({ seq }) => seq))].toSorted((a, b) => a - b));
  for (const { seq, text, pinned } of spoken) expect({ text, pinned }).toEqual(session.appended[seq - 1]);
  const pinned = session.appended.flatMap((turn, index) => (turn.pinned ? [index + 1] : []));
  expect(spoken.filter((turn) => turn.pinned).map(({ seq }) => seq)).toEqual(pinned);
  expect(spoken.length + facts.evicted + facts.summarised).toBe(session.appended.length);
  expect(turns.filter(({ kind }) => kind === 'summary').length).toBeLessThanOrEqual(1);
  if (session.appended.length > 0) expect(spoken.at(-1)?.seq).toBe(session.appended.length);
  expect(facts.tokens).toBe(turns.reduce((sum, { tokens }) => sum + tokens, 0));
  expect(facts.tokens).toBeLessThanOrEqual(2 * limits.maxTokens);
  expect(facts.expiresAt).toBe(Math.min(session.usedAt + limits.ttlMs, session.openedAt + limits.maxLifeMs));
}
