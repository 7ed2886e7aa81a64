import { AppError } from '@trellis-mcp/errors';
import { alarms } from '@trellis-mcp/lifecycle';
import type { PostgresLease, PostgresPool } from '@trellis-mcp/stores';
import type { RunOptions } from '../sources/source.ts';
import { toCancelled, toSilent, toTimeout } from '../sources/stop-reasons.ts';
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
  // What is at hand is taken without a turn.
  const session = new Session((signal.aborted ? undefined : pool.acquireNow()) ?? (await acquire(pool, signal)));
  try {
    const working = work(session);
    const first = await orStopped(working, { signal, timeoutMs });
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

/** Resolves at the deadline if the work has not ended by then, rejects when the caller goes away. */
function orStopped<Answer>(working: Promise<Answer>, { signal, timeoutMs }: RunOptions): Promise<Answer | typeof late> {
  return new Promise((resolve, reject) => {
    const stopWaiting = (): void => {
      callOff();
      signal.removeEventListener('abort', onAbort);
    };
    const callOff = alarms.set(timeoutMs, () => {
      stopWaiting();
      resolve(late);
    });
    const onAbort = (): void => {
      stopWaiting();
      reject(toCancelled(signal));
    };
    signal.addEventListener('abort', onAbort);
    working.then(
      (answer) => {
        stopWaiting();
        resolve(answer);
      },
      (error: unknown) => {
        stopWaiting();
        reject(error);
      },
    );
    if (signal.aborted) {
      onAbort();
    }
  });
}

/** Stops what runs past its deadline; it may end well just then. */
async function stopLate<Answer>(session: Session, working: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  const waited = Promise.withResolvers<typeof late>();
  const callOff = alarms.set(maxStopMs, () => waited.resolve(late));
  // The server closes the connection of a request that it took.
  const taken = session.cancel();
  try {
    const outcome = await Promise.race([working, waited.promise]);
    if (outcome !== late) {
      return outcome;
    }
  } catch (cause) {
    throw isStopped(cause) ? toTimeout(timeoutMs) : cause;
  } finally {
    callOff();
  }
  // The connection does not wait for that: only whether the server is busy or away is still open.
  void session.end();
  throw (await taken) ? toTimeout(timeoutMs) : toSilent();
}

function isStopped(cause: unknown): boolean {
  return cause instanceof AppError && cause.code === 'TIMEOUT';
}
