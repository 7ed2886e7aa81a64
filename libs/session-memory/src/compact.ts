import type { TokenCounter } from '@trellis-mcp/context-window';
import { cutText } from '@trellis-mcp/validation';
import { measureTurn } from './add-turn.ts';
import type { Compaction, Turn } from './session-memory.ts';
import type { Session } from './session.ts';

/** What a compaction did to the turns. */
export type CompactionOutcome = Pick<Compaction, 'outcome' | 'turns' | 'note'>;

/** The answer when there was nothing to do, or another compaction came first. */
export const unchanged: CompactionOutcome = { outcome: 'unchanged', turns: 0, note: 'nothing to compact' };

/** Throws the middle away and says so. A summary that is there already stays: it says what was before. */
export function evictMiddle(session: Session, middle: readonly Turn[]): CompactionOutcome {
  const gone = new Set(middle.filter(({ kind }) => kind === 'turn'));
  if (gone.size === 0) return unchanged;
  session.turns = session.turns.filter((turn) => !gone.has(turn));
  session.evicted += gone.size;
  return { outcome: 'evicted', turns: gone.size, note: `evicted ${plural(gone.size)}` };
}

/**
 * Puts a summary in the place of the turns it stands for, at the end of them. Turns that were evicted while it was written are covered by
 * it, so they do not count as evicted any more. When the former summary is no longer the one that was read, the new one would lose what
 * the other says: then nothing changes.
 */
export function replaceMiddle(session: Session, middle: readonly Turn[], summary: Turn): CompactionOutcome {
  const former = middle.find(({ kind }) => kind === 'summary');
  const current = session.turns.find(({ kind }) => kind === 'summary');
  if (former?.seq !== current?.seq || former?.covers !== current?.covers) return unchanged;
  const gone = new Set(middle.map(({ seq }) => seq));
  const kept = session.turns.filter(({ seq }) => !gone.has(seq));
  const missing = middle.length - (session.turns.length - kept.length);
  session.evicted -= missing;
  const at = kept.findIndex(({ seq }) => seq > summary.seq);
  session.turns = kept.toSpliced(at === -1 ? kept.length : at, 0, summary);
  const turns = middle.filter(({ kind }) => kind === 'turn').length;
  return { outcome: 'summarised', turns, note: `summarised ${plural(turns)}` };
}

/** Makes the turn that stands for others, its text cut until it has at most `maxTokens`. */
export function writeSummary(
  middle: readonly Turn[],
  text: string,
  { maxTokens, count, now }: { maxTokens: number; count: TokenCounter; now: number },
): Turn {
  const covers = middle.reduce((sum, turn) => sum + (turn.covers ?? 1), 0);
  const base = { seq: middle.at(-1)?.seq ?? 0, kind: 'summary' as const, role: 'summary', pinned: false, at: now, covers };
  let kept = cutText(text.toWellFormed(), maxTokens * 16);
  for (;;) {
    const tokens = measureTurn({ ...base, text: kept }, count);
    if (tokens <= maxTokens || kept === '') return { ...base, text: kept, tokens };
    kept = cutText(kept, Math.floor(kept.length * Math.min(0.9, maxTokens / tokens)));
  }
}

function plural(turns: number): string {
  return `${String(turns)} ${turns === 1 ? 'turn' : 'turns'}`;
}
