import { once } from 'node:events';
import type { SQLInputValue } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { AppError } from '@trellis-mcp/errors';
import { sqliteWorkerSource, type SqliteFailure, type SqliteReply, type SqliteRequest, type SqliteWorkerData } from './sqlite-worker.ts';
import { upstreamError } from './upstream-error.ts';

/** A SQLite database in a thread of its own. */
export interface SqliteThread {
  /** Runs one statement; rejects with an `AppError`. */
  run(sql: string, parameters: readonly unknown[]): Promise<SqliteReply>;
  /** Finishes what was asked, closes the database and ends the thread. */
  close(): Promise<void>;
}

interface Waiting {
  resolve: (reply: SqliteReply) => void;
  reject: (error: AppError) => void;
}

const maxWaiting = 10_000;

/** Starts the thread and resolves when the database is open. */
export async function openSqliteThread(workerData: SqliteWorkerData): Promise<SqliteThread> {
  const execArgv = ['--disable-warning=ExperimentalWarning'];
  const worker = new Worker(sqliteWorkerSource(), { eval: true, workerData, env: {}, execArgv });
  const ended = once(worker, 'exit');
  const replies = collectReplies(worker);
  let lastId = 0;
  try {
    await replies.wait(0);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    async run(sql, parameters) {
      if (replies.hasEnded()) throw new AppError('CANCELLED', 'The SQLite database is closed.');
      if (replies.count() >= maxWaiting) throw new AppError('LIMIT', 'Too many statements wait for SQLite.', { retryable: true });
      lastId += 1;
      worker.postMessage({ id: lastId, sql, parameters: parameters.map(toSqlite) } satisfies SqliteRequest);
      return replies.wait(lastId);
    },
    async close() {
      if (!replies.hasEnded()) {
        replies.end();
        worker.ref();
        worker.postMessage('close');
      }
      await ended;
    },
  };
}

interface Replies {
  wait: (id: number) => Promise<SqliteReply>;
  count: () => number;
  end: () => void;
  hasEnded: () => boolean;
}

function collectReplies(worker: Worker): Replies {
  const waiting = new Map<number, Waiting>();
  let isOver = false;
  const settle = (id: number, finish: (each: Waiting) => void): void => {
    const each = waiting.get(id);
    if (!each) return;
    waiting.delete(id);
    // An idle thread must not keep the process alive, and a busy one must.
    if (waiting.size === 0) worker.unref();
    finish(each);
  };
  const failAll = (failure: unknown): void => {
    isOver = true;
    const error = upstreamError('The SQLite thread ended.', failure, { retryable: false });
    for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(error));
  };
  worker.on('message', ({ failure, ...reply }: SqliteReply) => {
    settle(reply.id, ({ resolve, reject }) => (failure ? reject(translateSqliteError(failure)) : resolve(reply)));
  });
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('The thread ended.')));
  return {
    wait: (id) =>
      new Promise((resolve, reject) => {
        worker.ref();
        waiting.set(id, { resolve, reject });
      }),
    count: () => waiting.size,
    end: () => {
      isOver = true;
    },
    hasEnded: () => isOver,
  };
}

function toSqlite(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new AppError('INTERNAL', `SQLite cannot store a ${typeof value}.`);
}

/** Makes the one error of a failed statement: a full database is `LIMIT`, a locked one is retryable. */
export function translateSqliteError({ message, code }: SqliteFailure): AppError {
  const cause = Object.assign(new Error(message), { code: `SQLITE_${String(code)}` });
  if (code === 13) return new AppError('LIMIT', 'The SQLite database is full.', { retryable: true, cause });
  // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR
  return upstreamError('SQLite refused a statement.', cause, { retryable: code === 5 || code === 6 || code === 10 });
}
