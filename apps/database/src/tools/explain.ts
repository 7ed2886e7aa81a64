import { AppError } from '@trellis-mcp/errors';
import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';
import { requireAccepted } from '../query-page/require-accepted.ts';
import { toText } from '../query-page/to-text.ts';
import { maxSqlBytes } from '../sql/gate.ts';
import { defineSourceTool } from './define-source-tool.ts';

export const explain = defineSourceTool({
  name: 'explain',
  title: 'Explain',
  description: 'Show how a SELECT runs and what makes it slow. Use it before you tune.',
  input: z.object({
    sql: boundedText({ max: maxSqlBytes }).describe('A SELECT.'),
    params: z.array(z.unknown()).max(100).optional().describe('As in query.'),
    analyze: z.boolean().optional().describe('Run and time it.'),
  }),
  /** Terse, since models pay for it with every list: `reportPlan` says what else there is. */
  output: z.looseObject({ totalCost: z.number(), worstNodes: z.array(z.unknown()), warnings: z.array(z.unknown()), plan: z.string() }),
  hints: { readOnly: true },
  scopes: ['db:read'],
  timeoutMs: 200_000,

  async run({ sql, params, analyze = false }, { call, open: { source } }) {
    const { kind } = requireAccepted(await source.gate.check(sql));
    if (kind === 'report') {
      throw new AppError('INVALID_INPUT', 'EXPLAIN and SHOW have no plan.', {
        hint: 'Send the SELECT alone, without EXPLAIN; analyze: true runs it and measures.',
      });
    }
    const { reportPlan } = await import('../plans/report-plan.ts');
    const limits = { signal: call.signal, timeoutMs: call.deps.limits.statementTimeoutMs };
    return { ...(await reportPlan(source, { sql, params: params?.map(readParam), analyze }, limits)) };
  },
});

/** Checked here: the schema of such a list costs more than all that is said of this tool. */
function readParam(value: unknown): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return toText(value);
  }
  throw new AppError('INVALID_INPUT', 'A parameter is a list or an object.', { hint: 'Pass arrays and JSON as text.' });
}
