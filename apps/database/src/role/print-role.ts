import { AppError, isAppError } from '@trellis-mcp/errors';
import type { CommandOutcome } from '@trellis-mcp/server';
import type { Config } from '../config.ts';
import { listSources, type SourceAddress } from '../sources/list-sources.ts';
import { openSource } from '../sources/open-source.ts';
import { readDatabaseUrl } from '../sources/read-database-url.ts';
import { loadGrantFacts, type GrantFacts } from './load-grant-facts.ts';
import { renderRole } from './render-role.ts';
import { planRole } from './role-plan.ts';

/** What `print-role` was asked. */
export interface PrintRoleOptions {
  readonly role: string;
  /** Name of a source; the only one needs none. */
  readonly source?: string | undefined;
}

const embedded = [
  '-- The embedded database has one superuser and no logins: there is no role to make.',
  '-- It is for samples, tests and local data. Give --database-url to print the role of a PostgreSQL.',
];

/**
 * Prints the SQL of the least role for a configuration. Asks the database when it answers, and works from the configuration alone when not.
 *
 * @throws AppError `INVALID_INPUT` for a name that no role can have, `NOT_FOUND` for another source.
 */
export async function printRole(config: Config, { role, source }: PrintRoleOptions): Promise<CommandOutcome> {
  checkRoleName(role);
  const address = pickAddress(listSources(config), source);
  const url = await readDatabaseUrl(address);
  if (url === undefined) {
    return { code: 0, stdout: `${embedded.join('\n')}\n` };
  }
  const { allowTables, allowFunctions } = address;
  const { facts, note } = await askDatabase(address, { config, role });
  const { maxConnections, statementTimeoutMs } = config;
  const database = readDatabaseName(url);
  const plan = planRole({ role, database, maxConnections, statementTimeoutMs, facts, allowTables, allowFunctions });
  return { code: 0, stdout: renderRole(plan), ...(note === undefined ? {} : { stderr: `${note}\n` }) };
}

function pickAddress(addresses: readonly SourceAddress[], name: string | undefined): SourceAddress {
  const found =
    addresses.find((address) => address.name === name) ?? (name === undefined && addresses.length === 1 ? addresses[0] : undefined);
  if (found !== undefined) {
    return found;
  }
  const message = name === undefined ? 'There are several sources.' : 'There is no source of that name.';
  const hint = `Choose one with --source: ${addresses.map((address) => address.name).join(', ')}.`;
  throw new AppError(name === undefined ? 'INVALID_INPUT' : 'NOT_FOUND', message, { hint });
}

async function askDatabase(
  address: SourceAddress,
  { config, role }: { readonly config: Config; readonly role: string },
): Promise<{ readonly facts?: GrantFacts | undefined; readonly note?: string }> {
  const source = await openSource(address, config);
  try {
    return { facts: await loadGrantFacts(await source.loadCatalog(), { role, items: address.allowTables?.items ?? [] }) };
  } catch (error) {
    if (!isAppError(error)) {
      throw error;
    }
    return { note: `The database was not asked: ${error.message} The SQL is made from the configuration alone.` };
  } finally {
    await source.close();
  }
}

/** The path of the URL; without one PostgreSQL takes the name of the user, and this program does not guess. */
function readDatabaseName(url: string): string | undefined {
  const path = new URL(url).pathname.slice(1);
  return path === '' || /%(?![0-9a-f]{2})/i.test(path) ? undefined : decodeURI(path);
}

/** PostgreSQL cuts names at 63 bytes and keeps some for itself; a line break would not fit behind psql's `\password`. */
function checkRoleName(name: string): void {
  const isKept = /^pg_/.test(name) || ['public', 'none'].includes(name);
  if (name === '' || Buffer.byteLength(name) > 63 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) || isKept) {
    throw new AppError('INVALID_INPUT', 'No role can have that name.', {
      hint: 'Give --role 1 to 63 bytes on one line that do not start with pg_.',
    });
  }
}
