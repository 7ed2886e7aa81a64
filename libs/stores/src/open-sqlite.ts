import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Kysely } from 'kysely';
import { codeOf, upstreamError } from './upstream-error.ts';

/** How {@link openSqlite} opens. */
export interface OpenSqliteOptions {
  /** Longest wait for another process to finish writing, in milliseconds. Default 5,000. */
  busyTimeoutMs?: number;
  /** Largest size of the database; a write beyond it is `LIMIT`. Default 1 GiB. */
  maxBytes?: number;
}

/** An open SQLite database: write-ahead log, shared safely by several processes of one machine. */
export interface SqliteConnection extends AsyncDisposable {
  /**
   * Name your tables by `db.$extendTables<Tables>()`. Statements run one at a time in a thread, so neither a lock nor a slow disk stops the
   * event loop; failures are `AppError`. One statement per query: SQLite silently ignores what follows the first.
   */
  readonly db: Kysely<unknown>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a database file, or `:memory:`. The file is readable by its owner alone (0600), a missing directory is made (0700).
 * Rejects with `UPSTREAM` when the file cannot be made or is no database.
 */
export async function openSqlite(path: string, options: OpenSqliteOptions = {}): Promise<SqliteConnection> {
  const { busyTimeoutMs = 5_000, maxBytes = 1024 ** 3 } = options;
  const [kysely, { createSqliteDialect }, { openSqliteThread }] = await Promise.all([
    import('kysely'),
    import('./sqlite-dialect.ts'),
    import('./sqlite-thread.ts'),
    path === ':memory:' || prepareFile(path),
  ]);
  const thread = await openSqliteThread({ path: path === ':memory:' ? path : resolve(path), busyTimeoutMs, maxBytes });
  const db = new kysely.Kysely<unknown>({ dialect: createSqliteDialect(thread) });
  // Kysely is not destroyed: it would answer later calls with an error of its own, and holds nothing but the thread.
  const close = (): Promise<void> => thread.close();
  return {
    db,
    async ping() {
      await thread.run('select 1', []);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** SQLite gives the mode of the database to its log and shared-memory files. */
async function prepareFile(path: string): Promise<void> {
  try {
    await makeDirectory(dirname(resolve(path)));
    const file = await open(path, 'a', 0o600);
    await file.close();
    await chmod(path, 0o600);
  } catch (failure) {
    throw upstreamError('The SQLite file cannot be opened for writing.', failure, { retryable: false });
  }
}

/** Not Node's own `recursive`: on a file system that refuses every entry with ENOENT, such as /proc, that one never returns. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (failure) {
    if (codeOf(failure) === 'EEXIST') {
      return;
    }
    if (codeOf(failure) !== 'ENOENT' || dirname(path) === path || (await isDirectory(dirname(path)))) {
      throw failure;
    }
    await makeDirectory(dirname(path));
    await makeDirectory(path);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch((failure: unknown) => {
    if (codeOf(failure) === 'ENOENT') return undefined;
    throw failure;
  });
  return found?.isDirectory() ?? false;
}
