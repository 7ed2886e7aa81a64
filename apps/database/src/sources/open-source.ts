import type { AppError } from '@trellis-mcp/errors';
import { checkPostgresUrl } from '@trellis-mcp/stores';
import type { Config } from '../config.ts';
import type { SourceAddress } from './list-sources.ts';
import { readDatabaseUrl } from './read-database-url.ts';
import type { Source } from './source.ts';

/** What all databases of a server share. */
export interface OpenSourceOptions extends Pick<Config, 'maxConnections' | 'statementTimeoutMs'> {
  /** Clock in milliseconds. Default: that of the process. */
  readonly now?: () => number;
  /** Told of failures of idle connections, for the log. */
  readonly onError?: (error: AppError) => void;
}

/**
 * Opens one database of a configuration without waiting for it: it connects, or starts, on first use. Only the engine in use is loaded.
 *
 * @throws AppError `INVALID_INPUT`, `NOT_FOUND` or `CONFLICT` for an address that cannot work.
 */
export async function openSource(address: SourceAddress, options: OpenSourceOptions): Promise<Source> {
  const { name, dataDir, allowTables, allowFunctions } = address;
  const shared = { name, allowTables, allowFunctions };
  const url = await readDatabaseUrl(address);
  if (url === undefined) {
    const { openEmbedded } = await import('../pglite/open-embedded.ts');
    return openEmbedded({ ...shared, dataDir });
  }
  await checkPostgresUrl(url);
  const { openPostgresSource } = await import('../postgres/open-postgres-source.ts');
  const { maxConnections, statementTimeoutMs, now, onError } = options;
  return openPostgresSource({
    ...shared,
    url,
    maxConnections,
    statementTimeoutMs,
    ...(now === undefined ? {} : { now }),
    ...(onError === undefined ? {} : { onError }),
  });
}
