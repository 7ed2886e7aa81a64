/** How a wait ended. */
export type Settled = 'done' | 'timeout' | 'aborted';

/**
 * Waits for `work` at most `timeoutMs` and only until `signal` aborts. The work goes on; its rejection is the caller's to handle before.
 * The timer keeps the event loop alive.
 */
export async function settleWithin(work: Promise<unknown>, timeoutMs: number, signal?: AbortSignal): Promise<Settled> {
  if (signal?.aborted === true) return 'aborted';
  const { promise, resolve } = Promise.withResolvers<Settled>();
  const timer = setTimeout(resolve, Math.min(timeoutMs, 2_147_483_647), 'timeout');
  const onAbort = (): void => {
    resolve('aborted');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  work.then(
    () => {
      resolve('done');
    },
    () => {
      resolve('done');
    },
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
