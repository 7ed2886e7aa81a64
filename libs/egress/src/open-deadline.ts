import { AppError } from '@trellis-mcp/errors';

/** The end of a request, by time or by a signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Stops the clock. */
  clear(): void;
  /** Why the request ended early; undefined when it did not. */
  reason(): AppError | undefined;
}

/** Starts the clock of one request. What ends it is an `AppError`: `TIMEOUT`, or `CANCELLED` for a signal that had a reason of its own. */
export function openDeadline({ timeoutMs, signals }: { timeoutMs: number; signals: readonly AbortSignal[] }): Deadline {
  const controller = new AbortController();
  const expire = (): void => controller.abort(new AppError('TIMEOUT', `No complete answer within ${timeoutMs} ms.`, { retryable: true }));
  const timer = setTimeout(expire, timeoutMs).unref();
  const stops = signals.map((signal) => {
    const cancel = (): void => controller.abort(asCancelled(signal.reason));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    return () => signal.removeEventListener('abort', cancel);
  });
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      for (const stop of stops) stop();
    },
    reason: () => (controller.signal.aborted ? asCancelled(controller.signal.reason) : undefined),
  };
}

function asCancelled(reason: unknown): AppError {
  return reason instanceof AppError ? reason : new AppError('CANCELLED', 'The request was given up.', { cause: reason });
}
