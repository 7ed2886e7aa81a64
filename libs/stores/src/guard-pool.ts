import { AppError } from '@trellis-mcp/errors';
import type { PostgresCursor, PostgresPool as KyselyPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { PostgresPool } from './open-postgres-pool.ts';
import { isAnswer } from './postgres-error.ts';
import type { PostgresLease } from './postgres-lease.ts';

/** Gives Kysely the connections of a pool, and throws away those on which an answer may never come. */
export function guardPool(pool: PostgresPool): KyselyPool {
  return {
    connect: async () => guardLease(await pool.acquire(), pool),
    end: () => pool.close(),
    options: {},
  };
}

function guardLease(lease: PostgresLease, pool: PostgresPool): PostgresPoolClient {
  let isUnsure = false;
  const send = async <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    try {
      const { command, rowCount, rows } = await lease.client.query({ text, values: [...values] });
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows: rows as R[] };
    } catch (failure) {
      isUnsure ||= !isAnswer(failure);
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
    return pool.run(() => send<R>(text, values));
  }
  return {
    query,
    release(destroy = false) {
      lease.release(destroy || isUnsure);
    },
  };
}
