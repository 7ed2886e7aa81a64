import { AppError } from '@trellis-mcp/errors';
import type { PostgresLease, PostgresPool } from '@trellis-mcp/stores';
import type { RunOptions } from '../sources/source.ts';
import { toCancelled, toTimeout } from '../sources/stop-reasons.ts';
import { Session } from './session.ts';

/** How long a server that was asked to stop a statement has to end it, so that what it had is given. */
const maxStopMs = 150;

/**
 * Lends a connection to one call, within its deadline, and scrubs it after the answer. A caller that goes away is answered at once; what
 * runs for it, or past the deadline, is cancelled.
 *
 * @throws AppError of `work`; `TIMEOUT`; `CANCELLED`; `UPSTREAM` when there is no connection, or the server does not even stop.
 */
export async function withSession<Answer>(
  pool: PostgresPool,
  { signal, timeoutMs, leavesTraces = false }: RunOptions,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const session = new Session(await acquire(pool, signal));
  const stop = createStop({ signal, timeoutMs });
  try {
    const working = work(session);
    const first = await Promise.race([working, stop.over]);
    return first === late ? await stopLate(session, working, timeoutMs) : first;
  } catch (error) {
    if (signal.aborted) {
      void session.cancel();
    }
    if (leavesTraces) {
      session.close();
    }
    throw error;
  } finally {
    stop.dispose();
    void session.end();
  }
}

async function acquire(pool: PostgresPool, signal: AbortSignal): Promise<PostgresLease> {
  try {
    return await pool.acquire(signal);
  } catch (error) {
    throw signal.aborted ? toCancelled(signal) : error;
  }
}

const late = Symbol('late');

/** Resolves at the deadline, rejects when the caller goes away. */
function createStop({ signal, timeoutMs }: RunOptions) {
  const over = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => over.resolve(late), timeoutMs);
  const onAbort = (): void => over.reject(toCancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) {
    onAbort();
  }
  return {
    over: over.promise,
    dispose(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** Stops what runs past its deadline; it may end well just then. */
async function stopLate<Answer>(session: Session, working: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  const waited = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => waited.resolve(late), maxStopMs);
  // The server closes the connection of a request that it took.
  const taken = Promise.race([session.cancel(), waited.promise]);
  try {
    const outcome = await Promise.race([working, waited.promise]);
    if (outcome !== late) {
      return outcome;
    }
  } catch (cause) {
    throw isStopped(cause) ? toTimeout(timeoutMs) : cause;
  } finally {
    clearTimeout(timer);
  }
  throw (await taken) === true ? toTimeout(timeoutMs) : silent(timeoutMs);
}

function isStopped(cause: unknown): boolean {
  return cause instanceof AppError && cause.code === 'TIMEOUT';
}

function silent(timeoutMs: number): AppError {
  return new AppError('UPSTREAM', `The database did not answer for ${String(timeoutMs)} ms.`, {
    hint: 'Send the same call again in a moment.',
    retryable: true,
    retryAfterMs: 1_000,
  });
}
