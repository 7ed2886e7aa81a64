import { AppError } from '@trellis-mcp/errors';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Breaker } from './create-breaker.ts';
import { codeOf } from './upstream-error.ts';

const maxWaiting = 1_000;

/** Puts a breaker around the pool that Kysely uses, bounds its queue, and throws away connections on which an answer may never come. */
export function guardPool(pool: Pool, breaker: Breaker): PostgresPool {
  return {
    async connect() {
      if (pool.waitingCount >= maxWaiting) throw new AppError('LIMIT', 'Too many statements wait for Postgres.', { retryable: true });
      return guardClient(await breaker.run(() => pool.connect()), breaker);
    },
    end: () => pool.end(),
    options: {},
  };
}

function guardClient(client: PoolClient, breaker: Breaker): PostgresPoolClient {
  let isBroken = false;
  // Without a listener a connection lost between two statements of a transaction would end the process.
  const onError = (): void => {
    isBroken = true;
  };
  client.on('error', onError);
  const send = async <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    try {
      const { command, rowCount, rows } = await client.query({ text, values: [...values] });
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows: rows as R[] };
    } catch (failure) {
      isBroken ||= !isAnswer(failure);
      throw failure;
    }
  };
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(
    text: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new AppError('INTERNAL', 'Results are not streamed here: page them.');
    return breaker.run(() => send<R>(text, values));
  }
  return {
    query,
    release(destroy = false) {
      client.off('error', onError);
      client.release(destroy || isBroken);
    },
  };
}

/** Whether the failure is the server's answer to the statement, after which the connection is as good as before. */
function isAnswer(failure: unknown): boolean {
  return /^(?!08|57P)[0-9A-Z]{5}$/.test(codeOf(failure) ?? '');
}
