import type { RelationTraits } from './function-catalog.ts';
import { refuseCalled, refuseField, refuseFunction, type FunctionPolicy, type FunctionRefusal } from './function-policy.ts';
import type { StatementCalls } from './read-calls.ts';
import type { QualifiedName, StatementFacts } from './read-statement.ts';
import type { TableAllowList } from './table-allow-list.ts';
import { refuse, type Refusal } from './verdict.ts';
import { cutText } from '../text/cut-text.ts';

/** System relations that hold password hashes, connection strings, file contents or files' lines. */
const hiddenRelations = new Set([
  'pg_authid',
  'pg_backend_memory_contexts',
  'pg_file_settings',
  'pg_hba_file_rules',
  'pg_ident_file_mappings',
  'pg_largeobject',
  'pg_shadow',
  'pg_shmem_allocations',
  'pg_subscription',
  'pg_user_mapping',
  'pg_user_mappings',
]);

const readOnlyHint = 'Send one SELECT, VALUES, TABLE, WITH ... SELECT, EXPLAIN of these, or SHOW.';

/** Judges the shape of a statement: what needs no knowledge of the database. */
export function judgeShape(facts: StatementFacts): Refusal | undefined {
  const { tag, explained, innerStatements } = facts;
  const isReport = tag === 'VariableShowStmt' || (tag === 'ExplainStmt' && explained === 'SelectStmt');
  if (tag !== 'SelectStmt' && !isReport) {
    return refuse('statement', `${nameStatement(explained ?? tag)} is refused: this server only reads.`, readOnlyHint);
  }
  const [inner] = innerStatements;
  if (inner !== undefined) {
    return refuse('statement', `${nameStatement(inner)} inside a statement is refused: this server only reads.`, readOnlyHint);
  }
  if (facts.hasInto) {
    return refuse('into', 'SELECT INTO creates a table and is refused: this server only reads.', 'Leave out INTO; the rows are returned.');
  }
  if (facts.hasLocking) {
    return refuse(
      'locking',
      'FOR UPDATE and FOR SHARE lock rows and are refused: this server only reads.',
      'Leave out the locking clause.',
    );
  }
  return judgeRelations(facts.relations);
}

/** Judges what a statement calls, by the catalogue of its database. */
export function judgeCalls({ functions, syntax, fields, operators, types }: StatementCalls, policy: FunctionPolicy): Refusal | undefined {
  const { catalog } = policy;
  for (const called of [...functions, ...syntax.map((name) => ({ name }))]) {
    const why = refuseFunction(called, policy);
    if (why !== undefined) {
      return refuseCall(`The function ${show(called.name)} is refused: it ${why}.`, called.name);
    }
  }
  for (const name of fields) {
    const why = refuseField(name, policy);
    if (why !== undefined) {
      const message = `"${show(name)}" after a dot is refused: it can call a function of that name, which ${why}.`;
      return refuse('function', message, 'Give the column an alias in a subquery if a column is meant.');
    }
  }
  // A type in the shape of a call, or after a dot, is a cast.
  const casts = [...types, ...functions.map(({ name }) => name), ...fields];
  return (
    judgeBehind('operator', { names: operators, behind: catalog.operators }, policy) ??
    judgeBehind('type', { names: casts, behind: catalog.types }, policy)
  );
}

function judgeBehind(
  kind: 'operator' | 'type',
  { names, behind }: { names: readonly string[]; behind: ReadonlyMap<string, readonly string[]> },
  policy: FunctionPolicy,
): Refusal | undefined {
  for (const name of names) {
    for (const called of behind.get(name) ?? []) {
      const why = refuseFunction({ name: called }, policy);
      if (why !== undefined) {
        return refuseCall(`The ${kind} ${show(name)} is refused: it calls the function ${show(called)}, which ${why}.`, called);
      }
    }
  }
  return undefined;
}

/** A relation as a statement names it, and what the database says of it; nothing when there is none. */
export interface FoundRelation {
  readonly written: QualifiedName;
  readonly traits: RelationTraits | undefined;
}

/** Judges what a statement reads: only what is on the list, when there is one, and nothing that calls what must not be called. */
export function judgeFound(
  found: readonly FoundRelation[],
  tables: TableAllowList | undefined,
  policy: FunctionPolicy,
): Refusal | undefined {
  for (const { written, traits } of found) {
    const { schema = traits?.schema, name } = written;
    if (tables !== undefined && (schema === undefined || !tables.allows(schema, name))) {
      return refuse('relation', `${show(name)} is refused: it is not on this server's list of tables.`, listHint);
    }
    for (const called of traits?.calls ?? []) {
      const why: FunctionRefusal | undefined = refuseCalled(called, policy);
      if (why !== undefined) {
        return refuseCall(`${show(name)} is refused: reading it calls the function ${show(called.name)}, which ${why}.`, called.name);
      }
    }
  }
  return undefined;
}

const listHint = 'Call search_schema and describe for what can be read; system catalogues cannot.';

function refuseCall(message: string, name: string): Refusal {
  return refuse('function', message, `Use functions that only compute. The operator can allow it by --allow-functions ${show(name)}.`);
}

function judgeRelations(relations: readonly QualifiedName[]): Refusal | undefined {
  const hidden = relations.find(({ schema, name }) => (schema === undefined || schema === 'pg_catalog') && hiddenRelations.has(name));
  return hidden === undefined
    ? undefined
    : refuse('relation', `${hidden.name} is refused: it holds secrets of the server.`, 'Call search_schema for what can be read.');
}

/** `InsertStmt` as people write it: INSERT. */
function nameStatement(tag: string): string {
  const words = tag.replace(/Stmt$/, '').replace(/([a-z])([A-Z])/g, '$1 $2');
  return words === '' ? 'This statement' : words.toUpperCase();
}

/** Characters of a name that a message repeats. */
const maxShown = 80;

function show(name: string): string {
  return cutText(name, maxShown);
}
