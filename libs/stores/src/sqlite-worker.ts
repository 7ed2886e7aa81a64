import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** What the thread opens. */
export interface SqliteWorkerData {
  path: string;
  busyTimeoutMs: number;
  maxBytes: number;
}

/** One statement to run, or the end. */
export interface SqliteRequest {
  id: number;
  sql: string;
  parameters: readonly SQLInputValue[];
}

/** `code` is SQLite's own, such as 5 (busy) or 13 (full). */
export interface SqliteFailure {
  message: string;
  code: number | undefined;
}

/** What came of a request; `id` 0 tells how the opening went. */
export interface SqliteReply {
  id: number;
  rows?: Record<string, unknown>[];
  changes?: number;
  lastInsertRowid?: number;
  failure?: SqliteFailure;
}

interface OpenDatabase {
  database: DatabaseSync;
  statements: Map<string, StatementSync>;
}

/**
 * The program of the thread that holds a SQLite database, as text: so it works from TypeScript, from JavaScript and inside a bundle
 * alike. Its functions must use nothing from outside but each other and types.
 */
export function sqliteWorkerSource(): string {
  return `${[describeFailure, configure, open, prepare, run].map(String).join('\n')}\n(${String(main)})()`;
}

function main(): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  const { parentPort } = threads;
  try {
    const opened: OpenDatabase = { database: open(threads.workerData as SqliteWorkerData), statements: new Map() };
    parentPort?.on('message', (request: SqliteRequest | 'close') => {
      if (request === 'close') {
        opened.database.close();
        parentPort.close();
        return;
      }
      try {
        parentPort.postMessage(run(opened, request));
      } catch (error) {
        parentPort.postMessage({ id: request.id, failure: describeFailure(error) });
      }
    });
    parentPort?.postMessage({ id: 0 });
  } catch (error) {
    parentPort?.postMessage({ id: 0, failure: describeFailure(error) });
  }
}

function open(workerData: SqliteWorkerData): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
  const deadline = performance.now() + workerData.busyTimeoutMs;
  for (;;) {
    const database = new Database(workerData.path);
    try {
      configure(database, workerData);
      return database;
    } catch (error) {
      database.close();
      // Two processes that turn on the write-ahead log at once do not wait for each other as others do.
      if (describeFailure(error).code !== 5 || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20);
    }
  }
}

function configure(database: DatabaseSync, { busyTimeoutMs, maxBytes }: SqliteWorkerData): void {
  database.exec(`pragma busy_timeout = ${String(busyTimeoutMs)}`);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma trusted_schema = off');
  database.exec('pragma journal_size_limit = 67108864');
  const pageSize = Number(Object.values(database.prepare('pragma page_size').get() ?? {})[0]);
  database.exec(`pragma max_page_count = ${String(Math.max(1, Math.floor(maxBytes / pageSize)))}`);
}

function run({ database, statements }: OpenDatabase, { id, sql, parameters }: SqliteRequest): SqliteReply {
  const statement = statements.get(sql) ?? prepare({ database, statements }, sql);
  // Asking a statement without columns for rows, or one with columns for changes, gives nothing and no error.
  if (statement.columns().length > 0) return { id, rows: statement.all(...parameters) };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { id, changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
}

function prepare({ database, statements }: OpenDatabase, sql: string): StatementSync {
  if (statements.size >= 200) statements.clear();
  const statement = database.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

function describeFailure(error: unknown): SqliteFailure {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  return { message: error.message, code: 'errcode' in error ? Number(error.errcode) & 0xff : undefined };
}
