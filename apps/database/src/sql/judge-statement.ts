import { refuseField, refuseFunction, type FunctionPolicy } from './function-policy.ts';
import type { QualifiedName, StatementFacts } from './read-statement.ts';
import { refuse, type Refusal } from './verdict.ts';

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

/** Judges the functions that a statement may call, by the catalogue of its database. */
export function judgeFunctions(facts: StatementFacts, policy: FunctionPolicy): Refusal | undefined {
  for (const called of facts.functions) {
    const why = refuseFunction(called, policy);
    if (why !== undefined) {
      return refuse(
        'function',
        `The function ${show(called.name)} is refused: it ${why}.`,
        'Use functions that only compute from their arguments.',
      );
    }
  }
  for (const name of facts.fields) {
    const why = refuseField(name, policy);
    if (why !== undefined) {
      const message = `"${show(name)}" after a dot is refused: it can call a function of that name, which ${why}.`;
      return refuse('function', message, 'Give the column an alias in a subquery if a column is meant.');
    }
  }
  return undefined;
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

function show(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}...` : name;
}
