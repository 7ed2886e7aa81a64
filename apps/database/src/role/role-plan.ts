import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { GrantFacts } from './load-grant-facts.ts';

/** A schema and a relation in it. */
export type QualifiedTable = readonly [schema: string, name: string];

/** What the least role of a configuration gets. */
export interface RolePlan {
  readonly role: string;
  /** Undefined when neither the database nor its URL tells. */
  readonly database: string | undefined;
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
  /** Schemas whose names the role may look up. */
  readonly schemas: readonly string[];
  /** Schemas of which it may read everything. */
  readonly wholeSchemas: readonly string[];
  readonly tables: readonly QualifiedTable[];
  /** Items of `--allow-tables` that the database does not have; the name `*` stands for a whole schema. */
  readonly missing: readonly QualifiedTable[];
  /** What the database itself said; undefined when it was not asked. */
  readonly facts: GrantFacts | undefined;
}

/** What {@link planRole} works from. */
export interface PlanOptions extends Pick<RolePlan, 'role' | 'database' | 'maxConnections' | 'statementTimeoutMs' | 'facts'> {
  readonly allowTables: TableAllowList | undefined;
  readonly allowFunctions: readonly string[];
}

/** Control connections of a source: catalogue and health. One more is for `doctor` and `print-role` beside a running server. */
const besideReaders = 3;

/** Schemas when nothing says which: the one that every database has. */
const usualSchemas: readonly string[] = ['public'];

/** Decides what the least role of a configuration gets: the tables of `--allow-tables`, or of all schemas that hold any. */
export function planRole({ allowTables, allowFunctions, facts, ...rest }: PlanOptions): RolePlan {
  const listed = (allowTables?.items ?? []).map((item) => splitItem(item));
  const isThere = ([schema, name]: QualifiedTable): boolean =>
    facts === undefined || (name === '*' ? facts.schemaNames.has(schema) : facts.relations.has(`${schema}.${name}`));
  const found = listed.filter(isThere);
  const whole = found.filter(([, name]) => name === '*').map(([schema]) => schema);
  const wholeSchemas = allowTables === undefined ? (facts?.schemas.map(({ name }) => name) ?? usualSchemas) : whole;
  const tables = found.filter(([schema, name]) => name !== '*' && !whole.includes(schema));
  const schemas = [...wholeSchemas, ...tables.map(([schema]) => schema), ...functionSchemas(allowFunctions, facts)];
  return {
    ...rest,
    facts,
    database: facts?.database ?? rest.database,
    maxConnections: rest.maxConnections + besideReaders,
    schemas: [...new Set(schemas)].sort(),
    wholeSchemas: [...new Set(wholeSchemas)].sort(),
    tables,
    missing: listed.filter((table) => !isThere(table)),
  };
}

/** Items of an allow list hold one dot; a schema has none. */
function splitItem(item: string): QualifiedTable {
  const dot = item.indexOf('.');
  return [item.slice(0, dot), item.slice(dot + 1)];
}

/** Schemas that items of `--allow-functions` name: a function is called by its name only where its schema may be used. */
function functionSchemas(items: readonly string[], facts: GrantFacts | undefined): string[] {
  const named = items.filter((item) => item.includes('.')).map((item) => splitItem(item)[0]);
  return named.filter((schema) => schema !== 'pg_catalog' && (facts?.schemaNames.has(schema) ?? true));
}
