import { describe } from '@jest/globals';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { openPgliteWith } from './attacks-pglite-target.ts';
import { describeLegitimate } from './legitimate-statements.ts';
import { ownAllowed, ownObjectsSql } from './legitimate-table.ts';
import { asRole, runSql } from './open-catalog.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

describe('PGlite', () => describeLegitimate(async () => openPgliteWith(ownObjectsSql, { allowFunctions: ownAllowed })));
describe('PostgreSQL', () => describeLegitimate(openPostgres));

async function openPostgres() {
  const shop = await startPostgresShop();
  await runSql(shop.url, ownObjectsSql);
  // A name of its own: the server may be shared.
  const role = `reader_${String(process.pid)}`;
  await runSql(
    shop.url,
    `create role ${role} login password 'reader'; grant usage on schema gis to ${role}; grant select on all tables in schema public to ${role}`,
  );
  return {
    source: openPostgresSource({ name: 'shop', url: asRole(shop.url, role, 'reader'), allowFunctions: ownAllowed }),
    async close() {
      await runSql(shop.url, `drop owned by ${role}; drop role ${role}`);
      await shop.stop();
    },
  };
}
