import type { z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import { showWord } from './show-value.ts';

/** Options of {@link explainIssues}. */
export interface ExplainOptions {
  /** Written before every line, for example `"- "`. Default none. */
  prefix?: string;
  /** What to call the thing at a path. Default `a.b[0]`; "The input" for the whole. */
  nameOf?: (path: readonly PropertyKey[]) => string;
  /** Whether the value at a path must not appear in the text. Then only what is expected is said. Default never. */
  isSecret?: (path: readonly PropertyKey[]) => boolean;
  /** The most lines; the rest is counted. Default 50. */
  maxLines?: number;
}

const maxMessage = 400;

/**
 * Explains zod issues in text that a person or a model can act on: one line per problem, with the path, what is wrong and what would be
 * right. A value is echoed with at most 80 characters, and only when zod reported it (`reportInput: true`) or a message of this package
 * holds it.
 */
export function explainIssues(error: z.ZodError | readonly z.core.$ZodIssue[], options: ExplainOptions = {}): string {
  const { prefix = '', maxLines = 50 } = options;
  const issues = 'issues' in error ? error.issues : error;
  const lines = issues.slice(0, maxLines).map((issue) => prefix + explainIssue(issue, options));
  if (issues.length > maxLines) {
    lines.push(`${prefix}and ${String(issues.length - maxLines)} more`);
  }
  return lines.join('\n');
}

function explainIssue(issue: z.core.$ZodIssue, { nameOf = namePath, isSecret = () => false }: ExplainOptions): string {
  const text = describeIssue(issue, { isSecret: isSecret(issue.path) });
  const message = text.length > maxMessage ? `${text.slice(0, maxMessage - 1)}…` : text;
  const isPredicate = /^(?:is|must|has|does|needs|can|may|should|contains|goes)\b/.test(message);
  const sentence = `${nameOf(issue.path)}${isPredicate ? '' : ':'} ${message}`;
  return /[.!?\u2026]$/.test(sentence) ? sentence : `${sentence}.`;
}

function namePath(path: readonly PropertyKey[]): string {
  const name = path
    .slice(0, 20)
    .map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${showWord(String(key))}`))
    .join('');
  return name === '' ? 'The input' : name.replace(/^\./, '');
}
