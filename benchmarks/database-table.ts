import { randomBytes } from 'node:crypto';
import { startPostgres } from '@trellis-mcp/test-services';
import { Client } from 'pg';

/** A private Postgres on loopback with the table of the database benchmarks. */
export interface BenchDatabase extends AsyncDisposable {
  /** For a role that may read the table and nothing else; all variants use it. */
  readonly url: URL;
}

/** Rows of the table; keys run from 1 to this. */
const tableRows = 100_000;

/** Starts Postgres and fills `items`: 100,000 rows, an integer primary key, six columns of ordinary types. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const postgres = await startPostgres();
  try {
    const password = randomBytes(12).toString('hex');
    await fillTable(postgres.url, password);
    const url = new URL(postgres.url);
    url.username = 'reader';
    url.password = password;
    return { url, [Symbol.asyncDispose]: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function fillTable(url: string, password: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create table items (
        id integer primary key,
        name text not null,
        email text not null,
        price numeric(10, 2) not null,
        active boolean not null,
        created_at timestamptz not null
      );
      insert into items
        select n, 'item-' || lpad(n::text, 6, '0'), 'user' || n || '@example.com', n / 100.0, n % 3 = 0,
          '2024-01-01 00:00:00+00'::timestamptz + n * interval '61 seconds'
        from generate_series(1, ${String(tableRows)}) n;
      create role reader login password '${password}';
      grant select on items to reader;`);
    await client.query('vacuum (analyze) items');
  } finally {
    await client.end();
  }
}

/** The key of the n-th lookup: all keys in a scattered order, so that no statement comes twice soon. */
export function pickKey(n: number): number {
  return ((n * 7_919) % tableRows) + 1;
}

/** One row by its key, as `$1`. */
export const lookupByParam = 'SELECT * FROM items WHERE id = $1';

/** One row by its key, the key in the text: what a tool without parameters takes. */
export function writeLookup(key: number): string {
  return `SELECT * FROM items WHERE id = ${String(key)}`;
}

/** A page of `rows` rows in the order of the key. */
export function writePage(rows: number): string {
  return `SELECT * FROM items ORDER BY id LIMIT ${String(rows)}`;
}

/** The name of the row with that key; no other row has it, and no statement. */
export function nameOf(key: number): string {
  return `item-${String(key).padStart(6, '0')}`;
}
