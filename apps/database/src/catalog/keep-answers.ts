import { LRUCache } from 'lru-cache';

/** Options of {@link keepAnswers}. */
export interface KeepAnswersOptions {
  readonly now: () => number;
  /** Answers that are kept, the latest used. */
  readonly max: number;
}

/** A schema changes seldom, and models ask the same thing again at once. */
const freshMs = 10_000;

/** Asks once: the same question within ten seconds is answered from memory, also while the answer is under way. A failure is not kept. */
export function keepAnswers<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
  { now, max }: KeepAnswersOptions,
): (question: Question) => Promise<Answer> {
  const kept = new LRUCache<string, Promise<Answer>>({ max, ttl: freshMs, perf: { now } });
  return async (question) => {
    const key = JSON.stringify(question);
    const known = kept.get(key);
    if (known !== undefined) {
      return known;
    }
    const asked = ask(question);
    kept.set(key, asked);
    asked.catch(() => kept.delete(key));
    return asked;
  };
}
