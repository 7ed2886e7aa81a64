import { afterAll } from '@jest/globals';
import { sql } from 'kysely';
import { sharedPostgres } from '@trellis-mcp/test-services';
import { openCatalog, type Catalog } from '../src/catalog/open-catalog.ts';
import { createEngine } from '../src/pglite/engine.ts';
import { sampleUrl } from '../src/pglite/places.ts';
import { createPgliteSource } from '../src/pglite/create-pglite-source.ts';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { asRole, runSql } from './open-catalog.ts';

/** A database of either engine. */
export interface CatalogDatabase {
  readonly source: Source;
  readonly catalog: Catalog;
  /** A new catalogue, with an allow list when some are named. */
  only(...tables: readonly string[]): Catalog;
  /** Runs SQL as the owner. */
  run(text: string): Promise<void>;
  close(): Promise<void>;
}

/** What a Postgres alone has: roles that log in. */
export interface ServerDatabase extends CatalogDatabase {
  readonly url: string;
  /** Opens the same database as another role. */
  as(role: string, password: string): CatalogDatabase;
}

/** The embedded engine with the sample shop. */
export function openEmbeddedDatabase(): Promise<CatalogDatabase> {
  const source = createPgliteSource({ name: 'embedded', engine: createEngine({ sample: sampleUrl.href }) });
  // One statement at a time: the engine takes no more. The catalogue has no search path.
  const run = async (text: string): Promise<void> => {
    const db = await source.loadCatalog();
    for (const statement of text.split(/;;\n/)) {
      const start = `perform set_config('search_path', 'public', true);`;
      await sql.raw(`do $setup$ begin ${start} execute $part$${statement}$part$; end $setup$`).execute(db);
    }
  };
  return Promise.resolve(toDatabase(source, run));
}

/** A new database on a Postgres server, the one of TEST_POSTGRES_URL when that is set. */
export async function openServerDatabase(): Promise<ServerDatabase> {
  const server = await sharedPostgres();
  const open = (url: string): CatalogDatabase =>
    toDatabase(openPostgresSource({ name: 'server', url }), async (text) => runSql(url, text.replaceAll(';;\n', ';\n')));
  const database = open(server.url);
  return {
    ...database,
    url: server.url,
    as: (role, password) => open(asRole(server.url, role, password)),
    async close() {
      await database.close();
      await server.stop();
    },
  };
}

/** For tests that must hold on both. */
export const engines = ['PGlite', 'PostgreSQL'] as const;

/** One of {@link engines}. */
export type Engine = (typeof engines)[number];

/** Gives each engine's database to the tests of a file: opened and set up when first asked for, closed after all of them. */
export function shareDatabases(setup: string): (engine: Engine) => Promise<CatalogDatabase> {
  const opened = new Map<Engine, Promise<CatalogDatabase>>();
  afterAll(async () => Promise.all([...opened.values()].map(async (database) => (await database).close())));
  const open = async (engine: Engine): Promise<CatalogDatabase> => {
    const database = engine === 'PGlite' ? await openEmbeddedDatabase() : await openServerDatabase();
    await database.run(setup);
    return database;
  };
  return async (engine) => {
    const database = opened.get(engine) ?? open(engine);
    opened.set(engine, database);
    return database;
  };
}

function toDatabase(source: Source, run: CatalogDatabase['run']): CatalogDatabase {
  return {
    source,
    run,
    catalog: openCatalog(source, {}),
    only: (...items) => openCatalog(source, { tables: readTableAllowList(items) }),
    close: async () => source.close(),
  };
}
