import { sql } from 'kysely';
import { z } from 'zod';
import { readCatalog } from '../catalog/read-catalog.ts';
import { isOnList, writtenRelation, type SqlPart } from '../catalog/sql-parts.ts';
import { sizeKey } from '../plans/load-table-sizes.ts';
import type { PlanRelation } from '../plans/plan.ts';
import type { Source } from '../sources/source.ts';
import type { SqlParser } from '../sql/parser.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { columnKey } from './index-key.ts';
import { parseExpression } from './read-conditions.ts';
import { readKey } from './read-key.ts';
import type { ColumnFacts, ExistingIndex, ExistingKey, TableFacts } from './table-facts.ts';

/** What {@link loadTableFacts} needs. */
export interface FactsContext {
  readonly source: Pick<Source, 'loadCatalog'>;
  readonly parser: SqlParser;
  /** Tables that callers may know of; all without. */
  readonly tables: TableAllowList | undefined;
}

/** Facts by {@link sizeKey} of the relations asked for; partitions share those of their table. */
export type FactsByTable = ReadonlyMap<string, TableFacts>;

const maxTables = 40;
const maxIndexes = 100;

const column = z.object({
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  category: z.string(),
  plain: z.boolean(),
  distinct: z.number().nullable(),
  nulls: z.number().nullable(),
});
const index = z.object({
  name: z.string(),
  method: z.string(),
  valid: z.boolean(),
  unique: z.boolean(),
  partial: z.boolean(),
  keys: z.array(z.object({ column: z.string().nullable(), sql: z.string(), opclass: z.string().nullable() })),
});
const row = z.object({
  wanted_schema: z.string(),
  wanted_name: z.string(),
  name: z.string(),
  kind: z.string(),
  rows: z.number().nullable(),
  pages: z.number(),
  writes: z.number(),
  columns: z.array(column),
  indexes: z.array(index),
  keys: z.array(z.object({ columns: z.array(z.string()), parent: z.string() })),
});

/** Of the table with its partitions, of which nobody may have gathered any; then those of a partition have to do. */
const statistics = (schema: SqlPart, table: SqlPart): SqlPart => sql`
  select n_distinct, null_frac from pg_catalog.pg_stats
  where schemaname = ${schema} and tablename = ${table} and attname = a.attname order by inherited desc limit 1`;

const columns = sql`
  (select coalesce(json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname), 'type', b.typname, 'category', b.typcategory,
      'plain', a.attcollation in (0, 950, 951) or (a.attcollation = 100 and d.datcollate in ('C', 'POSIX') and coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') = 'c'),
      'distinct', case when s.n_distinct < 0 then -s.n_distinct * t.rows else s.n_distinct end, 'nulls', s.null_frac)), '[]')
   from pg_catalog.pg_attribute a
   join pg_catalog.pg_database d on d.datname = current_database()
   join pg_catalog.pg_type y on y.oid = a.atttypid
   join pg_catalog.pg_type b on b.oid = case when y.typtype = 'd' then y.typbasetype else y.oid end
   left join lateral (${statistics(sql`t.schema`, sql`t.relname`)}) s1 on true
   left join lateral (${statistics(sql`t.wanted_schema`, sql`t.wanted_name`)}) s2 on s1.n_distinct is null
   cross join lateral (select coalesce(s1.n_distinct, s2.n_distinct) as n_distinct, coalesce(s1.null_frac, s2.null_frac) as null_frac) s
   where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped)`;

const indexes = sql`
  (select coalesce(json_agg(json_build_object('name', ${writtenRelation(sql`i.indexrelid`)}, 'method', m.amname, 'unique', i.indisunique,
      'valid', i.indisvalid and i.indisready, 'partial', i.indpred is not null, 'keys', (
        select json_agg(json_build_object('column', a.attname, 'sql', pg_get_indexdef(i.indexrelid, k.place::int, false),
          'opclass', case when not o.opcdefault then o.opcname end) order by k.place)
        from unnest(i.indkey::int2[], i.indclass::oid[]) with ordinality k(attnum, opclass, place)
        join pg_catalog.pg_opclass o on o.oid = k.opclass
        left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where k.place <= i.indnkeyatts)) order by i.indexrelid), '[]')
   from (select * from pg_catalog.pg_index where indrelid = t.oid order by indexrelid limit ${sql.lit(maxIndexes)}) i
   join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = c.relam)`;

const foreignKeys = sql`
  (select coalesce(json_agg(json_build_object('parent', ${writtenRelation(sql`f.confrelid`)}, 'columns', (
      select json_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality k(attnum, place)
      join pg_catalog.pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum))), '[]')
   from pg_catalog.pg_constraint f where f.conrelid = t.oid and f.contype = 'f')`;

/** Size and writes: of all partitions, or of the table itself. */
const sizes = sql`
  lateral (
    select sum(nullif(l.reltuples, -1))::float8 as rows, coalesce(sum(l.relpages), 0)::float8 as pages,
      coalesce(sum(u.n_tup_ins + u.n_tup_upd + u.n_tup_del), 0)::float8 as writes, bool_or(l.reltuples > 0 or u.last_analyze is not null
        or u.last_autoanalyze is not null) as known
    from (select relid from pg_catalog.pg_partition_tree(r.oid) where isleaf union select r.oid where r.relkind <> 'p') p
    join pg_catalog.pg_class l on l.oid = p.relid
    left join pg_catalog.pg_stat_user_tables u on u.relid = l.oid
  )`;

/** Reads all that advice needs to know of the tables of plans, at most forty, in one round trip. System tables are left out. */
export async function loadTableFacts(relations: readonly PlanRelation[], { source, parser, tables }: FactsContext): Promise<FactsByTable> {
  const wanted = [...new Map(relations.filter(isUserTable).map((relation) => [sizeKey(relation), relation])).values()].slice(0, maxTables);
  if (wanted.length === 0) {
    return new Map();
  }
  const query = sql`
    with t as (
      select r.oid, r.relname, n.nspname as schema, r.relkind, w.schema as wanted_schema, w.name as wanted_name, z.pages, z.writes,
        case when z.known then z.rows end as rows
      from unnest(${wanted.map(({ schema }) => schema)}::text[], ${wanted.map(({ relation }) => relation)}::text[]) as w (schema, name)
      join pg_catalog.pg_namespace wn on wn.nspname = w.schema
      join pg_catalog.pg_class c on c.relnamespace = wn.oid and c.relname = w.name and c.relkind in ('r', 'p', 'm')
      join pg_catalog.pg_class r on r.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
      join pg_catalog.pg_namespace n on n.oid = r.relnamespace
      join ${sizes} z on true
      where ${isOnList(tables, sql`n.nspname::text`, sql`r.relname::text`)}
    )
    select t.wanted_schema, t.wanted_name, quote_ident(t.schema) || '.' || quote_ident(t.relname) as name, t.relkind::text as kind,
      t.rows, t.pages, t.writes, ${columns} as columns, ${indexes} as indexes, ${foreignKeys} as keys
    from t`;
  const rows = await readCatalog(source, query);
  const facts = new Map<string, TableFacts>();
  for (const found of z.array(row).parse(rows)) {
    facts.set(sizeKey({ schema: found.wanted_schema, relation: found.wanted_name }), await toFacts(found, parser));
  }
  return facts;
}

/** Whether a relation is none of PostgreSQL's own. */
export function isUserTable({ schema }: PlanRelation): boolean {
  return schema !== undefined && schema !== 'information_schema' && !schema.startsWith('pg_');
}

async function toFacts({ name, kind, rows, pages, writes, ...found }: z.output<typeof row>, parser: SqlParser): Promise<TableFacts> {
  return {
    name,
    isPartitioned: kind === 'p',
    ...(rows === null ? {} : { rows }),
    pages,
    writes,
    columns: new Map(found.columns.map((one) => [one.name, toColumn(one)])),
    indexes: await Promise.all(found.indexes.map(async (one) => toIndex(one, parser))),
    foreignKeys: found.keys,
  };
}

function toColumn({ quoted, type, category, plain, distinct, nulls }: z.output<typeof column>): ColumnFacts {
  return {
    quoted,
    type,
    category,
    isPlainOrder: plain,
    ...(distinct === null ? {} : { distinct }),
    ...(nulls === null ? {} : { nullFraction: nulls }),
  };
}

async function toIndex({ name, method, valid, unique, partial, keys }: z.output<typeof index>, parser: SqlParser): Promise<ExistingIndex> {
  return {
    name,
    method,
    isValid: valid,
    isUnique: unique,
    isPartial: partial,
    keys: await Promise.all(keys.map(async (key) => toKey(key, parser))),
  };
}

async function toKey(
  { column: name, sql: text, opclass }: z.output<typeof index>['keys'][number],
  parser: SqlParser,
): Promise<ExistingKey | undefined> {
  const key = name === null ? readKey(await parseExpression({ text, subplans: [] }, parser))?.key : columnKey(name);
  return key === undefined ? undefined : { key, ...(opclass === null ? {} : { opclass }) };
}
