import { Client } from 'pg';
import { createControl } from '../src/postgres/create-control.ts';
import type { Source } from '../src/sources/source.ts';

/** The catalogue of a real Postgres as a role sees it, and plain SQL beside it. */
export interface OpenCatalog extends Pick<Source, 'loadCatalog'> {
  close(): Promise<void>;
}

/** Opens what catalogue queries need of a source. */
export function openCatalog(url: string): OpenCatalog {
  const control = createControl(url, {});
  return { loadCatalog: async () => (await control.load()).db, close: async () => control.close() };
}

/** Runs SQL, also several statements, as the owner of the database. */
export async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The same server and database as another role. */
export function asRole(url: string, role: string, password: string): string {
  const other = new URL(url);
  other.username = encodeURIComponent(role);
  other.password = encodeURIComponent(password);
  return other.href;
}
