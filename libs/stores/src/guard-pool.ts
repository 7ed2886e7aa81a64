import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trellis-mcp/errors';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Breaker } from './create-breaker.ts';
import { codeOf } from './upstream-error.ts';

const maxWaiting = 1_000;
const maxCloseMs = 1_000;

/** The sockets of a pool. */
export interface TrackedSockets {
  open: () => Socket;
  count: () => number;
  /** Cuts those that are open. */
  destroy: () => void;
}

/** What surrounds the pool. */
export interface GuardOptions {
  breaker: Breaker;
  sockets: TrackedSockets;
}

/**
 * Puts a breaker around the pool that Kysely uses, bounds its queue, throws away connections on which an answer may never come, and ends
 * in time: what is under way gets a second, then its connection is cut.
 */
export function guardPool(pool: Pool, { breaker, sockets }: GuardOptions): PostgresPool {
  let isEnding = false;
  let inUse = 0;
  const acquire = async (): Promise<PoolClient> => {
    inUse += 1;
    try {
      return await breaker.run(() => pool.connect());
    } catch (error) {
      inUse -= 1;
      throw error;
    }
  };
  return {
    async connect() {
      if (isEnding) throw new AppError('CANCELLED', 'The Postgres connection is closed.');
      if (pool.waitingCount >= maxWaiting) throw new AppError('LIMIT', 'Too many statements wait for Postgres.', { retryable: true });
      const client = await acquire();
      return guardClient(client, { breaker, onRelease: () => (inUse -= 1) });
    },
    async end() {
      isEnding = true;
      const deadline = performance.now() + maxCloseMs;
      while (inUse > 0 && performance.now() < deadline) await sleep(10);
      const ended = pool.end();
      // The driver leaves a connection open until the server has closed its side, which a frozen one never does.
      while (sockets.count() > 0 && performance.now() < deadline) await sleep(10);
      sockets.destroy();
      await ended;
    },
    options: {},
  };
}

/** Makes the sockets of a pool and knows which are open. */
export function trackSockets(): TrackedSockets {
  const sockets = new Set<Socket>();
  return {
    open() {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    count: () => sockets.size,
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function guardClient(client: PoolClient, { breaker, onRelease }: { breaker: Breaker; onRelease: () => void }): PostgresPoolClient {
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
      onRelease();
    },
  };
}

/** Whether the failure is the server's answer to the statement, after which the connection is as good as before. */
function isAnswer(failure: unknown): boolean {
  return /^(?!08|57P)[0-9A-Z]{5}$/.test(codeOf(failure) ?? '');
}
