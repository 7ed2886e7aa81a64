import type { CacheSqlite } from '@trellis-mcp/cache';
import type { SqliteConnection } from '@trellis-mcp/stores';
import type { ProcessHost } from './host.ts';

/** The key store waits this long for another process to finish writing. */
const busyTimeoutMs = 5_000;

/**
 * Opens the file of `--cache-path`. One that is corrupt does not keep a server from starting: it is set aside as `<path>.corrupt`, since
 * whatever lies there can be lost. Rejects with `UPSTREAM` when there can be no file at that place.
 */
export async function openCacheFile(path: string, { lifecycle, log }: Pick<ProcessHost, 'lifecycle' | 'log'>): Promise<CacheSqlite> {
  const { openCacheSqlite } = await import('@trellis-mcp/cache');
  const file = await openCacheSqlite(path, {
    busyTimeoutMs,
    onError: (error) => {
      log.warn({ err: error }, 'The file of --cache-path is corrupt: it is set aside, a new one begins empty.');
    },
  });
  lifecycle.onClose('cache file', () => file.close());
  return file;
}

/** For a cache that shares the file with a key store: what it finds corrupt while the server runs must not cost that store its rows. */
export function shareFile(file: CacheSqlite): SqliteConnection {
  const close = (): Promise<void> => file.close();
  return { db: file.db, ping: () => file.ping(), close, [Symbol.asyncDispose]: close };
}
