import { sql } from 'kysely';
import { isOnList } from '../../catalog/sql-parts.ts';
import { isSystemSchema } from '../../catalog/system-schema.ts';
import type { CheckContext } from '../health-check.ts';

/** A sequence that does not cycle. */
export interface Sequence {
  /** OID. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** Whether the connected role may read it. */
  readonly open: boolean;
  /** First and last number, as text: they may not fit a number of JavaScript. */
  readonly start: string;
  readonly end: string;
  /** Column that it numbers, when its type ends before the sequence does. */
  readonly column: { readonly schema: string; readonly table: string; readonly name: string; readonly type: string } | null;
  /** Of all, before the list is cut. */
  readonly total: number;
}

/** The most sequences that are looked at, those of small types first: each costs about half a millisecond. */
export const maxSequences = 2_000;

/** Sequences of one statement: it locks each of them, and a server has some thousand locks for all its sessions. */
const batchSize = 200;

/**
 * What a sequence numbers is the column that owns it, or one whose default calls it; the smaller end of the two counts. The names of tables
 * are those of {@link CheckContext.tables}. The type of an inherited column changes with that of its parent only.
 */
const listQuery = (tables: CheckContext['tables']) => sql<Sequence>`
  with columns as (
    select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass::oid and d.refclassid = 'pg_catalog.pg_class'::regclass::oid
      and d.deptype in ('a', 'i') and d.refobjsubid > 0
    union
    select d.refobjid, f.adrelid, f.adnum from pg_catalog.pg_depend d join pg_catalog.pg_attrdef f on f.oid = d.objid
    where d.classid = 'pg_catalog.pg_attrdef'::regclass::oid and d.refclassid = 'pg_catalog.pg_class'::regclass::oid
  ), sequences as (
    select c.oid, n.nspname::text as schema, c.relname::text as name, q.seqincrement > 0 as up, q.seqmax, q.seqmin, q.seqstart, t.*,
      pg_catalog.has_sequence_privilege(c.oid, 'USAGE, SELECT'::text) as open
    from pg_catalog.pg_sequence q join pg_catalog.pg_class c on c.oid = q.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join lateral (
      select tn.nspname::text as "tableSchema", tc.relname::text as "tableName", a.attname::text as attname,
        pg_catalog.format_type(a.atttypid, null) as type,
        case a.atttypid when 'int2'::regtype::oid then 32767 when 'int4'::regtype::oid then 2147483647 end::int8 as "typeMax"
      from columns u join pg_catalog.pg_class tc on tc.oid = u.relation join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = u.relation and a.attnum = u.number
      where u.sequence = c.oid order by "typeMax", a.attinhcount limit 1
    ) t on true
    where not q.seqcycle and not ${isSystemSchema}
      and (${isOnList(tables, sql`n.nspname::text`, sql`c.relname::text`)} or ${isOnList(tables, sql`t."tableSchema"`, sql`t."tableName"`)})
  )
  select oid::text as id, schema, name, open, (count(*) over ())::int4 as total,
    case when up then least(seqmin, seqstart) else greatest(seqmax, seqstart) end::text as start,
    case when up then least(seqmax, "typeMax") else greatest(seqmin, -1::int8 - "typeMax") end::text as "end",
    case when "typeMax" is not null and (up and "typeMax" <= seqmax or not up and -1::int8 - "typeMax" >= seqmin) then
      pg_catalog.json_build_object('schema', "tableSchema", 'table', "tableName", 'name', attname, 'type', type) end as column
  from sequences order by "typeMax", oid limit ${maxSequences}`;

/** Sequences that a check may name, at most {@link maxSequences}. */
export async function listSequences({ db, tables }: Pick<CheckContext, 'db' | 'tables'>): Promise<readonly Sequence[]> {
  const { rows } = await listQuery(tables).execute(db);
  return rows;
}

/** Last values by OID, of sequences that the role may read; one that was not used has none. */
export async function readLastValues({ db }: Pick<CheckContext, 'db'>, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (let at = 0; at < ids.length; at += batchSize) {
    const batch = ids.slice(at, at + batchSize);
    const { rows } = await sql<{ id: string; last: string | null }>`
      select i.id::text as id, pg_catalog.pg_sequence_last_value(i.id::regclass)::text as last
      from pg_catalog.unnest(${batch}::oid[]) i (id)`.execute(db);
    rows.forEach(({ id, last }) => last !== null && values.set(id, last));
  }
  return values;
}
