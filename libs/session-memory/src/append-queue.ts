import { AppError } from '@trellis-mcp/errors';

/** Writes turns that came together in one step; gives for each one a function that returns its result or throws. */
export type WriteBatch<T, R> = (batch: readonly T[]) => Promise<readonly (() => R)[]>;

interface Waiting<T, R> {
  item: T;
  write: WriteBatch<T, R>;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

const maxWaiting = 1_000;
const maxBatch = 100;

/**
 * Joins what waits for one key into one write, in the order it came: callers of one process neither race each other nor swap places.
 * A queue exists only while something waits in it.
 */
export function createAppendQueue<T, R>(): (key: string, item: T, write: WriteBatch<T, R>) => Promise<R> {
  const queues = new Map<string, Waiting<T, R>[]>();
  const drain = async (key: string, queue: Waiting<T, R>[]): Promise<void> => {
    while (queue.length > 0) await writeNext(queue);
    queues.delete(key);
  };
  return (key, item, write) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(key) ?? [];
      if (queue.length >= maxWaiting) {
        reject(
          new AppError('LIMIT', `${String(maxWaiting)} turns wait for the store.`, { retryable: true, details: { limit: maxWaiting } }),
        );
        return;
      }
      queue.push({ item, write, resolve, reject });
      if (queues.has(key)) return;
      queues.set(key, queue);
      void drain(key, queue);
    });
}

async function writeNext<T, R>(queue: Waiting<T, R>[]): Promise<void> {
  // Whatever else is appended in this turn of the event loop comes along.
  await Promise.resolve();
  const batch = queue.splice(0, maxBatch);
  const results = await settle(batch);
  batch.forEach((waiting, index) => {
    try {
      waiting.resolve(results(index));
    } catch (error) {
      waiting.reject(error);
    }
  });
}

async function settle<T, R>(batch: readonly Waiting<T, R>[]): Promise<(index: number) => R> {
  try {
    const results = await batch[0]?.write(batch.map(({ item }) => item));
    return (index) => {
      const result = results?.[index];
      if (!result) throw new AppError('INTERNAL', 'A turn has no result.');
      return result();
    };
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
