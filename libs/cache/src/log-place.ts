import type { BusListener } from './invalidation-bus.ts';
import { comparePositions, type InvalidationLog, type LogEntry } from './invalidation-log.ts';

/** How far a cache has applied the log. */
export interface LogPlace {
  /** Undefined before it was read the first time. */
  position(): string | undefined;
  /** Applies entries that were heard, in order. */
  apply(entries: readonly LogEntry[]): Promise<void>;
  /** Reads and applies what follows its place; gives up what cannot be known when the place is no longer in the log. Rejects. */
  readMissed(): Promise<void>;
}

/** Starts at the place that an earlier process kept, if there is one. */
export function createPlace(log: InvalidationLog, listener: BusListener, origin: string): LogPlace {
  let position: string | undefined;
  const moveTo = async (next: string): Promise<void> => {
    if (position !== undefined && comparePositions(next, position) <= 0) return;
    await listener.keepPosition(next);
    position = next;
  };
  const applyNames = async (entries: readonly LogEntry[]): Promise<void> => {
    const foreign = entries.filter((entry) => entry.origin !== origin).flatMap(({ names }) => names);
    if (foreign.length === 0) return;
    listener.drop(foreign);
    await listener.apply(foreign);
  };
  const lose = async (): Promise<void> => {
    // Read first: what is appended from here on is read later.
    const last = await log.last();
    await listener.lose();
    position = undefined;
    await moveTo(last);
  };
  const readMissed = async (): Promise<void> => {
    let from = position ?? (await listener.keptPosition());
    while (from !== undefined) {
      const [first, ...missed] = await log.readFrom(from);
      if (first?.position !== from) break;
      await applyNames(missed);
      await moveTo(missed.at(-1)?.position ?? from);
      if (missed.length === 0) return;
      from = position;
    }
    await lose();
  };
  return {
    position: () => position,
    readMissed,
    async apply(entries) {
      await applyNames(entries);
      // Before the log was read nobody knows what came before.
      if (position === undefined) return;
      let next = position;
      for (const { position: its, previous } of entries) {
        if (comparePositions(its, next) <= 0) continue;
        if (previous !== next) return readMissed();
        next = its;
      }
      await moveTo(next);
    },
  };
}
