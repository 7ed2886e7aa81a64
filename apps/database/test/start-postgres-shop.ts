import { sharedPostgres, type SharedInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { shopSeed } from '../src/sample/build-sample.ts';
import { makeShopRows } from '../src/sample/shop-rows.ts';
import { commentsSql, tablesSql, viewsSql } from '../src/sample/shop-schema.ts';

/** A PostgreSQL database of its own that holds the sample shop. */
export async function startPostgresShop(): Promise<SharedInstance> {
  const database = await sharedPostgres();
  try {
    await fillPostgresShop(database.url);
    return database;
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Fills an empty database of a server with the sample shop. */
export async function fillPostgresShop(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(tablesSql);
    for (const [table, rows] of Object.entries<readonly object[]>({ ...makeShopRows(shopSeed) })) {
      const columns = Object.keys(rows[0] ?? {}).join(', ');
      const json = [JSON.stringify(rows)];
      await client.query(`insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1)`, json);
    }
    await client.query(viewsSql);
    await client.query(commentsSql);
    await client.query('analyze');
  } finally {
    await client.end();
  }
}
