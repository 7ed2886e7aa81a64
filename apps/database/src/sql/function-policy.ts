import type { FunctionAllowList } from './function-allow-list.ts';
import type { FunctionCatalog, RelationTraits } from './function-catalog.ts';
import type { QualifiedName } from './read-statement.ts';

/** VOLATILE by declaration, yet without an effect: clocks, randomness, sizes, state of this server. */
const harmless = new Set([
  'array_sample',
  'array_shuffle',
  'clock_timestamp',
  'current_query',
  'gen_random_uuid',
  'pg_blocking_pids',
  'pg_current_wal_lsn',
  'pg_database_size',
  'pg_indexes_size',
  'pg_is_in_recovery',
  'pg_last_wal_receive_lsn',
  'pg_last_wal_replay_lsn',
  'pg_last_xact_replay_timestamp',
  'pg_partition_ancestors',
  'pg_partition_tree',
  'pg_relation_size',
  'pg_sequence_last_value',
  'pg_table_size',
  'pg_tablespace_size',
  'pg_total_relation_size',
  'random',
  'random_normal',
  'timeofday',
  // AT TIME ZONE, VOLATILE before 15.
  'timezone',
  'uuidv4',
  'uuidv7',
]);

/** Run SQL that they get as text, which no parser of the outer statement sees; whatever their declared volatility. */
const runsText = new Set(['connectby', 'cursor_to_xml', 'cursor_to_xmlschema', 'ts_rewrite', 'ts_stat', 'xpath_table']);

/** The same, as families: `query_to_xml_and_xmlschema`, `crosstab4`, `dblink_exec`. */
const runsTextFamily = /^(crosstab|dblink|(query|table|schema|database)_to_xml)/;

/** Declared STABLE, yet use up a transaction id each, also in a READ ONLY transaction. */
const takesTransactionId = new Set(['pg_current_xact_id', 'txid_current']);

/** Why a function is refused, as the end of a sentence. */
export type FunctionRefusal = 'is VOLATILE: it may write, lock or wait' | 'runs SQL given as text' | 'uses up a transaction id';

/** Options of {@link refuseFunction}. */
export interface FunctionPolicy {
  readonly catalog: FunctionCatalog;
  /** Names that the operator allows. */
  readonly allowed: FunctionAllowList;
}

/**
 * Judges a call by name alone: of a function, or of a type in the shape of a call, which is a cast.
 *
 * @returns The reason for a refusal, nothing when it may be called.
 */
export function refuseFunction({ schema, name }: QualifiedName, { catalog, allowed }: FunctionPolicy): FunctionRefusal | undefined {
  if (allowed.allows(schema, name)) {
    return undefined;
  }
  const traits = catalog.functions.get(name);
  const isVolatile = traits?.isVolatile === true && (traits.isVolatileOwn || !harmless.has(name));
  return refuseAlways(name) ?? (isVolatile ? volatile : undefined);
}

/** Judges a name after a dot, which is a function call when no column of that name is there: `x.pg_sleep`. */
export function refuseField(name: string, policy: FunctionPolicy): FunctionRefusal | undefined {
  const traits = policy.catalog.functions.get(name);
  const isCallable = traits !== undefined && (traits.isVolatileField || refuseAlways(name) !== undefined);
  return isCallable ? refuseFunction({ name }, policy) : undefined;
}

/** Judges what reading a relation calls; there the exact function is known. */
export function refuseCalled(
  { name, isVolatile }: RelationTraits['calls'][number],
  { allowed }: FunctionPolicy,
): FunctionRefusal | undefined {
  if (allowed.allows(undefined, name)) {
    return undefined;
  }
  return refuseAlways(name) ?? (isVolatile && !harmless.has(name) ? volatile : undefined);
}

const volatile: FunctionRefusal = 'is VOLATILE: it may write, lock or wait';

function refuseAlways(name: string): FunctionRefusal | undefined {
  if (runsText.has(name) || runsTextFamily.test(name)) {
    return 'runs SQL given as text';
  }
  return takesTransactionId.has(name) ? 'uses up a transaction id' : undefined;
}
