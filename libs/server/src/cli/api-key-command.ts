import { createApiKey } from '@trellis-mcp/auth';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { ServerDefinition } from '../define-server.ts';
import { healthScope } from '../principal.ts';
import type { AppCommand, CommandOutcome } from './app-command.ts';
import { apiKeySpec } from './commands.ts';

type Lists<Config, Deps> = Pick<ServerDefinition<Config, Deps>, 'name' | 'tools' | 'resources' | 'prompts'>;

/** `api-key create`: prints a new key, once, and its entry for the file of `--api-keys-file`. Nothing is written to a file. */
export function apiKeyCommand<Config, Deps>(app: Lists<Config, Deps>): AppCommand<Config> {
  return { ...apiKeySpec, run: (_config, flags) => Promise.resolve(createKey(app, flags)) };
}

function createKey(app: Lists<never, never>, flags: Readonly<Record<string, string>>): CommandOutcome {
  const { name = '', scope = '', tenant, format } = flags;
  const scopes = scope.split(/[\s,]+/).filter((one) => one !== '');
  const expiresAt = flags['expires-at'];
  const wanted = { name, scopes, ...(tenant !== undefined && { tenant }), ...(expiresAt !== undefined && { expiresAt }) };
  try {
    const made = createApiKey(wanted);
    const stdout = format === 'json' ? `${JSON.stringify(made, undefined, 2)}\n` : toText(made);
    return { code: 0, stdout, stderr: warnOfScopes(app, scopes) };
  } catch (cause) {
    if (!isAppError(cause)) throw cause;
    throw new AppError('INVALID_INPUT', cause.message, {
      hint: 'Write it as in --name ci --scope db:read,health:read --expires-at 2027-01-31T00:00:00Z.',
      cause,
    });
  }
}

function toText({ key, entry }: { key: string; entry: object }): string {
  return `The key, for the caller; it is shown this once:\n${key}\n\nIts entry, for the list "keys" in the file of --api-keys-file:\n${JSON.stringify(entry)}\n`;
}

/** A file of keys may serve several servers, so a scope that this one does not know is no mistake for certain. */
function warnOfScopes(app: Lists<never, never>, scopes: readonly string[]): string {
  const known = listScopes(app);
  const unknown = known === undefined ? [] : scopes.filter((scope) => !known.has(scope));
  if (known === undefined || unknown.length === 0) return '';
  return `${app.name} has no scope ${unknown.join(', ')}; its own are ${[...known].join(', ')}.\n`;
}

/** The scopes of a server; undefined when they depend on its configuration. */
function listScopes({ tools = [], resources = [], prompts = [] }: Lists<never, never>): ReadonlySet<string> | undefined {
  const scopes = [healthScope];
  for (const list of [tools, resources, prompts]) {
    if (typeof list === 'function') return undefined;
    scopes.push(...list.flatMap(({ scopes: own = [] }) => own));
  }
  return new Set(scopes);
}
