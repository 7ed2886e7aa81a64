import { rename, rm, stat } from 'node:fs/promises';
import { isAppError, type AppError } from '@trellis-mcp/errors';
import { openSqlite, type OpenSqliteOptions, type SqliteConnection } from '@trellis-mcp/stores';

/** How {@link openCacheSqlite} opens. */
export interface OpenCacheSqliteOptions extends OpenSqliteOptions {
  /** Told of a corrupt file that was set aside, and why. */
  onError?: (error: AppError) => void;
}

/** A SQLite file that may be lost: it is made again when it turns out to be corrupt. */
export interface CacheSqlite extends SqliteConnection {
  /** Whether a failure is one that {@link CacheSqlite.recreate} may heal: the file is damaged, or could not be made again before. */
  needsRecreate(failure: AppError): boolean;
  /** Sets a damaged file aside as `<path>.corrupt` and starts an empty one. Rejects when there can be none now; callers at once share one run. */
  recreate(reason: AppError): Promise<void>;
}

const defaultBusyTimeoutMs = 200;

/**
 * Opens a SQLite file for a cache. One that is corrupt, or no database at all, is set aside as `<path>.corrupt` (in the place of an
 * earlier one), reported, and made again. Rejects with `UPSTREAM` when there can be no file at that place.
 */
export async function openCacheSqlite(path: string, { onError, ...given }: OpenCacheSqliteOptions = {}): Promise<CacheSqlite> {
  const options = { busyTimeoutMs: defaultBusyTimeoutMs, ...given };
  let current = await openOrReplace(path, options, onError);
  let recreating: Promise<void> | undefined;
  let isClosed = false;
  // From the closing of a damaged file until there is another one, which a full disk may prevent for long.
  let isMissing = false;
  const replace = async (reason: AppError): Promise<void> => {
    if (!isMissing) onError?.(reason);
    isMissing = true;
    await closeQuietly(current.connection, onError);
    // Another process may have replaced it already.
    if ((await inodeOf(path)) === current.inode) await setAside(path);
    if (isClosed) return;
    current = await openOrReplace(path, options, onError);
    isMissing = false;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await recreating;
    await current.connection.close();
  };
  return {
    get db() {
      return current.connection.db;
    },
    ping: () => current.connection.ping(),
    needsRecreate: (failure) => !isClosed && (isMissing || isCorrupt(failure)),
    recreate: (reason) =>
      (recreating ??= replace(reason).finally(() => {
        recreating = undefined;
      })),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Whether a failed statement or opening means that the file is damaged (SQLITE_CORRUPT) or no database (SQLITE_NOTADB). */
export function isCorrupt({ cause }: AppError): boolean {
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return code === 'SQLITE_11' || code === 'SQLITE_26';
}

interface OpenFile {
  connection: SqliteConnection;
  inode: number | undefined;
}

async function openOrReplace(path: string, options: OpenSqliteOptions, onError: OpenCacheSqliteOptions['onError']): Promise<OpenFile> {
  try {
    return { connection: await openSqlite(path, options), inode: await inodeOf(path) };
  } catch (error) {
    if (!isAppError(error) || !isCorrupt(error)) throw error;
    onError?.(error);
    await setAside(path);
    return { connection: await openSqlite(path, options), inode: await inodeOf(path) };
  }
}

async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.corrupt`);
  // They belong to the old file and would spoil the new one.
  await Promise.all([rm(`${path}-wal`, { force: true }), rm(`${path}-shm`, { force: true })]);
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch {
    // Nothing lies there, as with ":memory:".
    return undefined;
  }
}

async function closeQuietly(connection: SqliteConnection, onError: OpenCacheSqliteOptions['onError']): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    // A damaged file may not be closed properly, and is given up anyway.
    if (isAppError(error)) onError?.(error);
  }
}
