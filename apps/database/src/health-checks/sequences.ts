import { sql } from 'kysely';
import { isOnList } from '../catalog/sql-parts.ts';
import { isSystemSchema } from '../catalog/system-schema.ts';
import { quoteIdentifier, quoteQualified } from '../role/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from './finding.ts';
import { formatCount, formatShare } from './format.ts';
import type { CheckContext, CheckResult } from './health-check.ts';

interface SequenceRow {
  readonly schema: string;
  readonly name: string;
  readonly share: number;
  readonly last: string;
  readonly end: string;
  /** Column that it numbers, when its type ends before the sequence does. */
  readonly column: { readonly schema: string; readonly table: string; readonly name: string; readonly type: string } | null;
}

interface SequencesRow {
  readonly worst: readonly SequenceRow[];
  readonly hidden: number;
}

const fullShare = 0.8;
const graveShare = 0.95;

/**
 * The last value is NULL without USAGE or SELECT on the sequence, and before its first use. What a sequence numbers is the column that owns
 * it, or one whose default calls it; the smaller end of the two counts. One that cycles has none.
 */
const query = (tables: CheckContext['tables']) => sql<SequencesRow>`
  with columns as (
    select d.objid as sequence, d.refobjid as relation, d.refobjsubid as number from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass::oid and d.refclassid = 'pg_catalog.pg_class'::regclass::oid and d.deptype in ('a', 'i')
      and d.refobjsubid > 0
    union
    select d.refobjid, f.adrelid, f.adnum from pg_catalog.pg_depend d join pg_catalog.pg_attrdef f on f.oid = d.objid
    where d.classid = 'pg_catalog.pg_attrdef'::regclass::oid and d.refclassid = 'pg_catalog.pg_class'::regclass::oid
  ), sequences as (
    select c.oid, n.nspname::text as schema, c.relname::text as name, q.seqincrement > 0 as up, q.seqmax, q.seqmin, q.seqstart, t.*,
      pg_catalog.has_sequence_privilege(c.oid, 'USAGE, SELECT'::text) as open
    from pg_catalog.pg_sequence q join pg_catalog.pg_class c on c.oid = q.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join lateral (
      select tn.nspname::text as "tableSchema", tc.relname::text as "tableName", a.attname::text as attname, a.atttypid,
        pg_catalog.format_type(a.atttypid, null) as type,
        case a.atttypid when 'int2'::regtype::oid then 32767 when 'int4'::regtype::oid then 2147483647 end::int8 as "typeMax"
      from columns u join pg_catalog.pg_class tc on tc.oid = u.relation join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = u.relation and a.attnum = u.number
      where u.sequence = c.oid order by "typeMax" limit 1
    ) t on true
    where not q.seqcycle and not ${isSystemSchema}
      and (${isOnList(tables, sql`n.nspname::text`, sql`c.relname::text`)} or ${isOnList(tables, sql`t."tableSchema"`, sql`t."tableName"`)})
  ), ends as (
    select s.*, case when s.open then pg_catalog.pg_sequence_last_value(s.oid) end as last,
      case when s.up then least(s.seqmax, s."typeMax") else greatest(s.seqmin, -1::int8 - s."typeMax") end::numeric as "end",
      case when s.up then least(s.seqmin, s.seqstart) else greatest(s.seqmax, s.seqstart) end::numeric as "start"
    from sequences s
  ), shares as (
    select e.*, abs(e.last::numeric - e."start") / nullif(abs(e."end" - e."start"), 0::numeric) as share
    from ends e
  )
  select (select count(*) from shares where not open)::int4 as hidden, coalesce((select pg_catalog.json_agg(w) from (
    select schema, name, share::float8 as share, last::text as last, "end"::text as "end",
      case when "typeMax" is not null and abs("end") in ("typeMax"::numeric, "typeMax"::numeric + 1::numeric) then pg_catalog.json_build_object(
        'schema', "tableSchema", 'table', "tableName", 'name', attname, 'type', type) end as column
    from shares where share::float8 > ${fullShare}::float8 order by share desc, schema, name limit ${maxNamed}) w), '[]') as worst`;

/** Sequences that are about to run out of numbers, by their own maximum or by the type of the column that they number. */
export async function checkSequences({ db, tables }: CheckContext): Promise<CheckResult> {
  const { rows } = await query(tables).execute(db);
  const hidden = rows.reduce((sum, row) => sum + row.hidden, 0);
  const unseen = `The role may not read ${formatCount(hidden)} sequences; GRANT SELECT ON SEQUENCE lets it.`;
  return { findings: rows.flatMap(({ worst }) => worst.map(judge)), unseen: hidden === 0 ? [] : [unseen] };
}

function judge({ schema, name, share, last, end, column }: SequenceRow): Finding {
  const sequence = quoteQualified(schema, name);
  const severity = share >= graveShare ? 'critical' : 'warning';
  const used = `Sequence ${sequence} is at ${last} of ${end} (${formatShare(share)})`;
  if (column === null) {
    return toFinding(severity, `${used}.`, `ALTER SEQUENCE ${sequence} AS bigint NO MAXVALUE NO MINVALUE;`);
  }
  const table = quoteQualified(column.schema, column.table);
  const evidence = `${used}, where column ${quoteIdentifier(column.name)} of ${table} (${column.type}) ends. Changing its type rewrites and locks the table.`;
  const fix = `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(column.name)} TYPE bigint;\nALTER SEQUENCE ${sequence} AS bigint;`;
  return toFinding(severity, evidence, fix);
}
