import { sql } from 'kysely';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import { maxNamed, toFinding, type Finding } from './finding.ts';
import type { CheckContext, CheckResult } from './health-check.ts';
import { userRelations } from './user-relations.ts';

interface ConstraintRow {
  readonly kind: 'constraint' | 'trigger' | 'key triggers';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/**
 * NOT ENFORCED (PostgreSQL 18) is a choice, not an oversight; the column is read from JSON because older servers do not have it. The
 * triggers behind a foreign key, or a constraint that is checked late, are disabled together with all others of a table.
 */
const query = (tables: CheckContext['tables']) => sql<ConstraintRow>`
  with relations as (${userRelations(tables)})
  select 'constraint' as kind, r.schema, r.name as table, k.conname::text as name
  from pg_catalog.pg_constraint k join relations r on r.oid = k.conrelid
  where not k.convalidated and k.conparentid = 0::oid and coalesce(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'true'
  union all
  select 'key triggers', r.schema, r.name, k.conname::text
  from pg_catalog.pg_trigger t join relations r on r.oid = t.tgrelid join pg_catalog.pg_constraint k on k.oid = t.tgconstraint
  where t.tgenabled = 'D' and t.tgisinternal group by 1, 2, 3, 4
  union all
  select 'trigger', r.schema, r.name, t.tgname::text
  from pg_catalog.pg_trigger t join relations r on r.oid = t.tgrelid where t.tgenabled = 'D' and not t.tgisinternal
  order by kind, schema, "table", name limit ${maxNamed}`;

/** Constraints that old rows may break, and triggers that do not fire. */
export async function checkConstraints({ db, tables }: CheckContext): Promise<CheckResult> {
  const { rows } = await query(tables).execute(db);
  return { findings: rows.map(judge) };
}

function judge({ kind, schema, table, name }: ConstraintRow): Finding {
  const [on, quoted] = [quoteQualified(schema, table), quoteIdentifier(name)];
  switch (kind) {
    case 'constraint': {
      const evidence = `Constraint ${quoted} of ${on} is NOT VALID: rows from before it were never checked, and the planner does not rely on it.`;
      return toFinding('warning', evidence, `ALTER TABLE ${on} VALIDATE CONSTRAINT ${quoted};`);
    }
    case 'trigger':
      return toFinding('warning', `Trigger ${quoted} of ${on} is disabled.`, `ALTER TABLE ${on} ENABLE TRIGGER ${quoted};`);
    case 'key triggers': {
      const evidence = `Constraint ${quoted} is not enforced: its triggers on ${on} are disabled.`;
      return toFinding('critical', evidence, `ALTER TABLE ${on} ENABLE TRIGGER ALL;`);
    }
  }
}
