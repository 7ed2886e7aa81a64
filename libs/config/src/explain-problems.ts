import { explainIssues, holdsSecret } from '@trellis-mcp/validation';
import type { z } from 'zod';
import type { CollectedValues } from './collect-values.ts';
import type { Setting } from './read-settings.ts';
import { isSecretPath, isSecretPlace, listSecrets } from './redact-config.ts';

/** What a problem is explained with. */
export interface ProblemContext {
  schema: z.ZodObject;
  settings: readonly Setting[];
  collected: CollectedValues;
}

/** Longer than in the message of the secret itself: the messages of other settings hold their own values, such as the same host. */
const foreignRun = 12;

/**
 * Explains the schema's issues, one sentence each, with the flag or variable that gave the value. No secret value is in them: where a
 * schema's own message would hold one, the message is left out.
 */
export function explainProblems(error: z.ZodError, { schema, settings, collected }: ProblemContext): readonly string[] {
  const secrets = listSecrets(schema, collected.input);
  const byKey = new Map(settings.map((setting) => [setting.key, setting]));
  const nameOf = (path: readonly PropertyKey[]): string => namePath(path, byKey, collected);
  const issues = error.issues.filter(({ path: [key] }) => !collected.unexpanded.has(String(key)));
  return issues.map((issue) => {
    const isText = typeof issue.input === 'string';
    const isSecret = (path: readonly PropertyKey[]): boolean => isSecretPath(schema, path) || (isText && isSecretPlace(schema, path));
    const line = explainIssues([issue], { nameOf, isSecret });
    return secrets.some((secret) => holdsSecret(line, secret, foreignRun))
      ? `${nameOf(issue.path)} is not valid; the reason holds a secret.`
      : line;
  });
}

function namePath(path: readonly PropertyKey[], settings: ReadonlyMap<string, Setting>, { names, sources }: CollectedValues): string {
  const [first, ...rest] = path;
  if (first === undefined) {
    return 'The configuration';
  }
  const key = String(first);
  const setting = settings.get(key);
  const name = names.get(key) ?? setting?.flag ?? setting?.variables[0] ?? key;
  const items = rest.slice(0, 20).map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`));
  return `${name}${items.join('')}${sources.get(key) === 'file' ? ' in the file' : ''}`;
}
