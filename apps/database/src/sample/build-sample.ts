import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { sampleUrl } from '../pglite/places.ts';
import { makeShopRows } from './shop-rows.ts';
import { commentsSql, tablesSql, viewsSql } from './shop-schema.ts';

/** Seed of the shipped sample; the test of the sample compares with the same rows. */
export const shopSeed = 20_260_101;

/** Fills an empty database with the sample shop. */
export async function fillShop(db: PGlite, seed: number = shopSeed): Promise<void> {
  await db.exec(tablesSql);
  for (const [table, rows] of Object.entries<readonly object[]>({ ...makeShopRows(seed) })) {
    const columns = Object.keys(rows[0] ?? {}).join(', ');
    await db.query(`insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1)`, [rows]);
  }
  await db.exec(viewsSql);
  await db.exec(commentsSql);
}

/** Makes a data directory as small as one can be: no template databases, short write-ahead log, no dead rows, statistics gathered. */
async function buildSample(): Promise<Uint8Array> {
  const initDbStartParams = [
    '--wal-segsize=1',
    '--set',
    'min_wal_size=2MB',
    '--set',
    'max_wal_size=2MB',
    '--locale=C.UTF-8',
    '--encoding=UTF8',
  ];
  const db = await PGlite.create({ initDbStartParams });
  await fillShop(db);
  for (const statement of [
    'update pg_database set datistemplate = false',
    'drop database template0',
    'drop database template1',
    'vacuum full',
    'vacuum (analyze, freeze)',
    'checkpoint',
  ]) {
    await db.query(statement);
  }
  const tarball = await db.dumpDataDir('none');
  await db.close();
  return promisify(gzip)(await tarball.bytes(), { level: 9 });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bytes = await buildSample();
  await writeFile(sampleUrl, bytes);
  process.stdout.write(`data/shop.tar.gz: ${String(bytes.byteLength)} bytes\n`);
}
