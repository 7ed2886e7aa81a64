import { sql } from 'kysely';
import type { Source } from '../sources/source.ts';
import type { CalledFunction, IndexKey } from './index-key.ts';

/**
 * Finds which keys an index may hold: a function that it calls is IMMUTABLE in every overload with as many arguments, since only the server
 * knows which overload is meant.
 */
export async function loadImmutable(keys: readonly IndexKey[], source: Pick<Source, 'loadCatalog'>): Promise<(key: IndexKey) => boolean> {
  const names = [...new Set(keys.flatMap(({ functions }) => functions.map(({ name }) => name)))].slice(0, 100);
  if (names.length === 0) {
    return ({ functions }) => functions.length === 0;
  }
  const { rows } = await sql<{ name: string; arguments: number }>`
    select p.proname::text as name, p.pronargs::int4 as arguments from pg_catalog.pg_proc p
    where p.proname = any (${names}::text[]) group by 1, 2 having bool_and(p.provolatile = 'i')`.execute(await source.loadCatalog());
  const immutable = new Set(rows.map(toId));
  return ({ functions }) => functions.every((called) => immutable.has(toId(called)));
}

function toId({ name, arguments: count }: CalledFunction): string {
  return `${name}/${String(count)}`;
}
