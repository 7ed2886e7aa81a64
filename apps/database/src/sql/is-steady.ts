import type { FunctionCatalog } from './function-catalog.ts';
import type { FoundRelation } from './judge-statement.ts';
import type { StatementFacts } from './read-statement.ts';

/** Operators between these are functions of their own in the printed trees of views. */
const mixedTimes = ['date_$_timestamptz', 'timestamp_$_timestamptz', 'timestamptz_$_date', 'timestamptz_$_timestamp'];

/**
 * STABLE functions of the server whose answer depends on their arguments, on rows, and on settings that are the same in every session of a
 * server. Not `now`, `age`, `current_setting` and the like, nor those that look into catalogues or statistics.
 */
export const steadyFunctions: readonly string[] = [
  ...mixedTimes.flatMap((name) => ['cmp', 'eq', 'ge', 'gt', 'le', 'lt', 'ne'].map((operator) => name.replace('$', operator))),
  ...['anytextcat', 'array_to_json', 'array_to_string', 'concat', 'concat_ws', 'convert', 'convert_from', 'convert_to', 'date', 'date_add'],
  ...['date_part', 'date_subtract', 'date_trunc', 'enum_first', 'enum_last', 'enum_range', 'extract', 'format', 'generate_series'],
  ...['interval_pl_timestamptz', 'json_agg', 'json_agg_strict', 'json_build_array', 'json_build_object', 'json_object_agg'],
  ...['json_populate_record', 'json_populate_recordset', 'json_to_record', 'json_to_recordset', 'json_to_tsvector', 'jsonb_agg'],
  ...['jsonb_agg_strict', 'jsonb_build_array', 'jsonb_build_object', 'jsonb_object_agg', 'jsonb_path_exists_tz', 'jsonb_path_match_tz'],
  ...['jsonb_path_query_array_tz', 'jsonb_path_query_first_tz', 'jsonb_path_query_tz', 'jsonb_populate_record', 'jsonb_populate_recordset'],
  ...[
    'jsonb_to_record',
    'jsonb_to_recordset',
    'jsonb_to_tsvector',
    'length',
    'make_timestamptz',
    'numeric',
    'overlaps',
    'phraseto_tsquery',
  ],
  ...['plainto_tsquery', 'quote_literal', 'quote_nullable', 'row_to_json', 'textanycat', 'time', 'timestamp', 'timestamptz', 'timezone'],
  ...['timestamptz_mi_interval', 'timestamptz_pl_interval', 'to_char', 'to_date', 'to_json', 'to_jsonb', 'to_number', 'to_timestamp'],
  ...['to_tsquery', 'to_tsvector', 'ts_headline', 'ts_match_tq', 'ts_match_tt', 'websearch_to_tsquery'],
];

const steady = new Set(steadyFunctions);

/** Words that the input of dates and times reads as the present, wherever they stand in a text. */
const presentTime = /now|today|tomorrow|yesterday/i;

/** Whether a text can mean another date tomorrow, once it is read as one. */
export function meansPresent(text: string): boolean {
  return presentTime.test(text);
}

/** What a statement was judged by. */
export interface Grounds {
  /** Undefined when the statement needs none. */
  readonly catalog?: FunctionCatalog;
  readonly found: readonly FoundRelation[];
}

/**
 * Whether a statement gives the same rows until the data changes: no clock, no chance, no session, no state of the server, neither in its text nor
 * behind the relations that it reads. What operators and casts of the database's own do is taken on trust.
 */
export function isSteady({ calls, isPassing, tag }: StatementFacts, { catalog, found }: Grounds): boolean {
  const isKnown = (name: string): boolean => isSteadyFunction(name, catalog);
  return (
    tag === 'SelectStmt' &&
    !isPassing &&
    calls.functions.every(({ name }) => isKnown(name)) &&
    [...calls.fields, ...calls.syntax].every((name) => catalog?.functions.has(name) !== true || isKnown(name)) &&
    found.every(({ traits }) => traits?.isSteady === true)
  );
}

function isSteadyFunction(name: string, catalog: FunctionCatalog | undefined): boolean {
  const steadiness = catalog?.functions.get(name)?.steadiness;
  return steadiness === 'immutable' || (steadiness === 'server' && steady.has(name));
}
