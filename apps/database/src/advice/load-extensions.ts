import { sql } from 'kysely';
import type { Source } from '../sources/source.ts';

/** Installed extensions that advice can use, with their schemas quoted as SQL needs it. */
export type Extensions = ReadonlyMap<string, string>;

/** Reads which of the extensions that advice can use are installed. */
export async function loadExtensions(source: Pick<Source, 'loadCatalog'>): Promise<Extensions> {
  const { rows } = await sql<{ name: string; schema: string }>`
    select e.extname::text as name, quote_ident(n.nspname) as schema
    from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.extname in ('hypopg', 'pg_stat_statements', 'pg_trgm')`.execute(await source.loadCatalog());
  return new Map(rows.map(({ name, schema }) => [name, schema]));
}
