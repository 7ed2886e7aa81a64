import { z } from 'zod';
import { defineSourceTool } from './define-source-tool.ts';

export const adviseIndexes = defineSourceTool({
  name: 'advise_indexes',
  title: 'Advise indexes',
  description: 'Find missing indexes; creates nothing. Use after explain. Without queries: for the dearest of pg_stat_statements.',
  /** The gate bounds each text. */
  input: z.object({ queries: z.array(z.string()).max(20).optional().describe('SELECT statements.') }),
  /** Terse, since models pay for it with every list: `Advice` says what else there is. */
  output: z.object({ advice: z.array(z.looseObject({ createSql: z.string() })), notes: z.array(z.unknown()) }),
  hints: { readOnly: true },
  scopes: ['db:read'],
  timeoutMs: 200_000,

  async run({ queries = [] }, { call, open: { source, tables } }) {
    const [advice, { planParser }] = await Promise.all([import('../advice/advise-indexes.ts'), import('../plans/plan-parser.ts')]);
    const options = { signal: call.signal, timeoutMs: call.deps.limits.statementTimeoutMs };
    const report = await advice.adviseIndexes(queries, { source, tables, parser: planParser, options, progress: call.progress });
    return { advice: report.advice.map((one) => ({ ...one })), notes: [...report.notes] };
  },
});
