import { sql } from 'kysely';
import type { Source } from '../sources/source.ts';
import type { Plan, PlanRelation } from './plan.ts';

/** Size of a table and how well PostgreSQL knows it. */
export interface TableSize {
  /** Estimated rows; absent when never analysed. */
  readonly rows?: number;
  readonly pages: number;
  /** Rows changed since the last ANALYZE. */
  readonly changed: number;
}

/** Sizes by {@link sizeKey}. */
export type TableSizes = ReadonlyMap<string, TableSize>;

const maxTables = 50;

/** Key of a relation in {@link TableSizes}. */
export function sizeKey({ schema = '', relation }: PlanRelation): string {
  return JSON.stringify([schema, relation]);
}

/** Reads the sizes of the tables of a plan, at most fifty; one round trip, none for a plan without tables. */
export async function loadTableSizes(source: Pick<Source, 'loadCatalog'>, { nodes }: Plan): Promise<TableSizes> {
  const tables = new Map(nodes.flatMap(({ on }) => (on?.schema === undefined ? [] : [[sizeKey(on), on] as const])));
  if (tables.size === 0) {
    return new Map();
  }
  const wanted = [...tables.values()].slice(0, maxTables);
  const { rows } = await sql<{ schema: string; name: string; rows: number | null; pages: number; changed: number }>`
    select n.nspname::text as schema, c.relname::text as name, c.relpages::int4 as pages,
      case when c.reltuples > 0 or c.relpages > 0 or s.last_analyze is not null or s.last_autoanalyze is not null
        then nullif(c.reltuples, -1)::float8 end as rows,
      coalesce(s.n_mod_since_analyze, 0)::float8 as changed
    from unnest(${wanted.map(({ schema }) => schema)}::text[], ${wanted.map(({ relation }) => relation)}::text[]) as w (schema, name)
    join pg_catalog.pg_namespace n on n.nspname = w.schema
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p', 'm')
    left join pg_catalog.pg_stat_user_tables s on s.relid = c.oid`.execute(await source.loadCatalog());
  return new Map(
    rows.map(({ schema, name, rows: estimate, ...size }) => [
      sizeKey({ schema, relation: name }),
      estimate === null ? size : { ...size, rows: estimate },
    ]),
  );
}
