import { AppError, isAppError } from '@trellis-mcp/errors';
import { evictMiddle, replaceMiddle, unchanged, writeSummary, type CompactionOutcome } from './compact.ts';
import type { CompactOptions, Compaction, Turn } from './session-memory.ts';
import type { Place } from './handle.ts';
import type { SessionTable } from './session-table.ts';
import type { Settings } from './settings.ts';
import { factsOf, pickMiddle, type Session } from './session.ts';

/** Compacts a session: reads it, waits for a summary when there is somebody to write one, and changes what is there then. */
export async function compactSession(table: SessionTable, place: Place, options: Settings & CompactOptions): Promise<Compaction> {
  let outcome: CompactionOutcome = unchanged;
  const change = (run: (session: Session) => CompactionOutcome): Promise<Session> =>
    table.use(place, (session) => {
      outcome = run(session);
    });
  const { summarise } = options;
  if (!summarise) {
    const session = await change((current) => evictMiddle(current, pickMiddle(current.turns, options)));
    return { ...factsOf(session, options), ...outcome };
  }
  const before = await table.use(place, () => undefined);
  const middle = pickMiddle(before.turns, options);
  if (middle.length === 0) return { ...factsOf(before, options), ...unchanged };
  const summary = await askForSummary(middle, { ...options, summarise });
  const session = await change((current) => replaceMiddle(current, middle, summary));
  return { ...factsOf(session, options), ...outcome };
}

/** A summary may take a quarter: with pinned turns and the newest one it stays below the hard limit. */
async function askForSummary(middle: readonly Turn[], options: Settings & Required<Pick<CompactOptions, 'summarise'>>): Promise<Turn> {
  const maxTokens = Math.floor(options.maxTokens / 4);
  const text = await waitFor(options, async (signal) => options.summarise({ turns: structuredClone(middle), maxTokens, signal }));
  if (typeof text !== 'string' || text.trim() === '') {
    throw new AppError('UPSTREAM', 'The summary is empty.', { retryable: true });
  }
  return writeSummary(middle, text, { maxTokens, count: options.count, now: options.now() });
}

async function waitFor<T>(
  { signal, summariseTimeoutMs: limitMs }: Settings & CompactOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = AbortSignal.timeout(limitMs);
  const either = signal ? AbortSignal.any([signal, overdue]) : overdue;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(
      signal?.aborted === true
        ? new AppError('CANCELLED', 'The compaction was cancelled.', { cause: signal.reason })
        : new AppError('TIMEOUT', `The summary took longer than ${String(limitMs)} ms.`, { retryable: true }),
    );
  };
  if (either.aborted) stop();
  else either.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([aborted, run(either)]);
  } catch (error) {
    throw isAppError(error) ? error : new AppError('UPSTREAM', 'The summary failed.', { retryable: true, cause: error });
  } finally {
    either.removeEventListener('abort', stop);
  }
}
