import { AppError, isAppError } from '@trellis-mcp/errors';
import type { ScriptStatement } from '../sources/raw-page.ts';
import type { RunOptions, Source } from '../sources/source.ts';
import type { Plan } from './plan.ts';
import { readPlan } from './read-plan.ts';

/** One statement to explain; the gate has accepted its text. */
export interface ExplainRequest {
  readonly sql: string;
  /** How many parameters the text has. */
  readonly parameters: number;
  /** Values in text format, `$1` first. Without them a statement with parameters gets the plan for values unknown. */
  readonly params?: readonly (string | null)[] | undefined;
  /** Runs the statement and measures. Default: false. */
  readonly analyze?: boolean;
  /** Our own statements before and after, such as hypothetical indexes. */
  readonly around?: { readonly before: readonly ScriptStatement[]; readonly after: readonly ScriptStatement[] };
}

/** What {@link explainStatement} gives. */
export interface ExplainResult {
  readonly plan: Plan;
  /** First value of each of our own statements before. */
  readonly before: readonly (string | null)[];
}

const name = 'trellis_plan';

/**
 * Explains a statement in a READ ONLY transaction that is rolled back. VERBOSE adds schemas and qualifies every column by its alias.
 *
 * @throws AppError like {@link Source.runScript}, and `INVALID_INPUT` for ANALYZE without values of the parameters.
 */
export async function explainStatement(
  source: Pick<Source, 'runScript'>,
  request: ExplainRequest,
  options: RunOptions,
): Promise<ExplainResult> {
  const { before, after } = request.around ?? { before: [], after: [] };
  const script = writeScript(request);
  try {
    const results = await source.runScript([...before, ...script, ...after], options);
    const answer = results[before.length + script.length - 1];
    return {
      plan: readPlan(answer?.rows.map(([line]) => line ?? '').join('\n') ?? ''),
      before: results.slice(0, before.length).map(({ rows }) => rows[0]?.[0] ?? null),
    };
  } catch (error) {
    throw request.analyze === true && isAppError(error) && error.code === 'TIMEOUT' ? suggestPlanAlone(error) : error;
  }
}

/** A statement of which no values are known is prepared: only a prepared one has a plan for all values (GENERIC_PLAN needs version 16). */
function writeScript({ sql, params, parameters, analyze = false }: ExplainRequest): readonly ScriptStatement[] {
  const explain = `EXPLAIN (FORMAT JSON, VERBOSE${analyze ? ', ANALYZE, BUFFERS' : ''}) `;
  if (parameters === 0 || params !== undefined) {
    return [{ prefix: explain, sql, params: params ?? [] }];
  }
  if (analyze) {
    throw new AppError('INVALID_INPUT', 'A statement with parameters is run only with their values.', {
      hint: 'Pass the values in params, or leave analyze out for the plan that suits all values.',
    });
  }
  const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ');
  return [
    { sql: 'SET LOCAL plan_cache_mode = force_generic_plan' },
    { prefix: `PREPARE ${name} AS `, sql },
    { sql: `${explain}EXECUTE ${name} (${nulls})` },
  ];
}

function suggestPlanAlone({ code, message, details, cause }: AppError): AppError {
  const hint = 'Try without analyze: the plan alone takes milliseconds.';
  return new AppError(code, message, { hint, cause, ...(details === undefined ? {} : { details }) });
}
