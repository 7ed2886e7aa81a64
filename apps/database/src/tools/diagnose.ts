import { z } from 'zod';
import { checkNames } from '../health-checks/check-names.ts';
import { runChecks } from '../health-checks/run-checks.ts';
import { defineSourceTool } from './define-source-tool.ts';

export const diagnose = defineSourceTool({
  name: 'diagnose',
  title: 'Diagnose',
  description: 'Check database health when it is slow. fixSql is for people.',
  input: z.object({
    checks: z.array(z.enum(checkNames)).max(checkNames.length).optional().describe('Default: all.'),
  }),
  // What findings and skipped checks hold is said by their names; the list of tools is paid for by every client.
  output: z.object({
    findings: z.array(z.unknown()),
    clean: z.unknown().optional(),
    skipped: z.unknown().optional(),
  }),
  hints: { readOnly: true },
  scopes: ['db:read'],
  timeoutMs: 120_000,

  async run({ checks }, { call, open: { source, tables } }) {
    const { findings, clean, skipped } = await runChecks(source, { checks, tables, signal: call.signal });
    return { findings: [...findings], clean: [...clean], skipped: [...skipped] };
  },
});
