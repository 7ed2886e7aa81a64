import { openEmbedded } from '../pglite/open-embedded.ts';
import type { SourceAddress } from './list-sources.ts';
import { readDatabaseUrl } from './read-database-url.ts';
import type { Source } from './source.ts';

/**
 * Opens one database of a configuration without waiting for it: it connects, or starts, on first use.
 *
 * @throws AppError `INVALID_INPUT`, `NOT_FOUND` or `CONFLICT` for an address that cannot work.
 */
export async function openSource(address: SourceAddress): Promise<Source> {
  const url = await readDatabaseUrl(address);
  return url === undefined ? openEmbedded(address) : Promise.reject(new Error('not yet'));
}
