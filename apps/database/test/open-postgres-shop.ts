import { openPostgresSource, type PostgresSourceOptions } from '../src/postgres/open-postgres-source.ts';
import { readSource, type SourceReader } from './read-source.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

/** The sample shop on a PostgreSQL. */
export interface PostgresShop extends SourceReader {
  readonly url: string;
}

/** Starts a PostgreSQL with the sample shop and opens it as a source; closing ends both. */
export async function openPostgresShop(options: Partial<PostgresSourceOptions> = {}): Promise<PostgresShop> {
  const server = await startPostgresShop();
  const reader = readSource(openPostgresSource({ name: 'shop', url: server.url, ...options }));
  return {
    ...reader,
    url: server.url,
    async close() {
      await reader.close();
      await server.stop();
    },
  };
}
