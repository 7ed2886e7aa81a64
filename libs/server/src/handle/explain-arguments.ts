import { explainIssues } from '@trellis-mcp/validation';
import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import type { z } from 'zod';

/** Says which arguments are wrong and what would be right, one line each. */
export function explainArguments(name: string, issues: readonly StandardSchemaV1.Issue[]): string {
  const problems = isZod(issues)
    ? explainIssues(issues, { prefix: '- ' })
    : issues
        .slice(0, 50)
        .map((issue) => `- ${issue.message}`)
        .join('\n');
  return `The arguments of ${name} are not valid:\n${problems}`;
}

/** Issues of zod carry a code; those of a raw JSON Schema do not. */
function isZod(issues: readonly StandardSchemaV1.Issue[]): issues is readonly (StandardSchemaV1.Issue & z.core.$ZodIssue)[] {
  return issues.every((issue) => 'code' in issue && Array.isArray(issue.path));
}
