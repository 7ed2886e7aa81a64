import { isAppError } from '@trellis-mcp/errors';
import type { DoctorFinding } from '@trellis-mcp/server';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { examineRole } from './role/examine-role.ts';
import { prepareSavedQueries } from './saved-queries/prepare-saved-queries.ts';
import { createSources } from './sources/create-sources.ts';
import { listSources, type SourceAddress } from './sources/list-sources.ts';
import { openSource } from './sources/open-source.ts';
import type { Source } from './sources/source.ts';

const oldestVersion = 13;

const embeddedLayers =
  'parser, READ ONLY transaction, extended protocol, scrub and the deadline of the thread hold; ' +
  'an embedded database has no login role and no statement_timeout of its own';

/** Asks each configured database who it is and what protects it, then checks the saved queries. */
export async function examine(config: Config): Promise<readonly DoctorFinding[]> {
  const open = new Map<string, Opened>();
  try {
    const findings = (await Promise.all(listSources(config).map(async (address) => examineSource(address, { config, open })))).flat();
    const isComplete = findings.every(({ level }) => level !== 'problem');
    return [...findings, ...(isComplete ? await examineSavedQueries(config, open) : [])];
  } finally {
    await Promise.all([...open.values()].map(async ({ source }) => source.close()));
  }
}

interface Opened {
  readonly source: Source;
}

interface Examination {
  readonly config: Config;
  /** Gets what could be opened. */
  readonly open: Map<string, Opened>;
}

async function examineSource(address: SourceAddress, { config, open }: Examination): Promise<readonly DoctorFinding[]> {
  const { name, allowTables: tables } = address;
  const about = (finding: DoctorFinding): DoctorFinding =>
    config.sources === undefined ? finding : { ...finding, name: `${finding.name} ${name}` };
  try {
    const source = await openSource(address, config);
    open.set(name, { source });
    const role = await examineRole(source, { strict: config.strictRole, tables });
    return [await examineVersion(source, address), ...(source.engine === 'pglite' ? [layersOfEmbedded] : []), ...role].map(about);
  } catch (error) {
    return [about(toProblem('database', error))];
  }
}

const layersOfEmbedded: DoctorFinding = { name: 'read-only', level: 'ok', text: embeddedLayers };

async function examineVersion(source: Source, { dataDir }: SourceAddress): Promise<DoctorFinding> {
  const query = sql<{ version: string; number: number }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int4 as number`;
  const { version, number } = (await query.execute(await source.loadCatalog())).rows[0] ?? { version: 'of unknown version', number: 0 };
  if (source.engine === 'pglite') {
    const what = dataDir === undefined ? 'the sample shop, in memory' : 'the directory of its configuration';
    return { name: 'database', level: 'ok', text: `embedded PostgreSQL ${version}, ${what}` };
  }
  return number >= oldestVersion * 10_000
    ? { name: 'database', level: 'ok', text: `PostgreSQL ${version} answers` }
    : {
        name: 'database',
        level: 'problem',
        text: `PostgreSQL ${version} is too old: ${String(oldestVersion)} or newer is needed.`,
        exit: 78,
      };
}

async function examineSavedQueries({ savedQueries }: Config, open: ReadonlyMap<string, Opened>): Promise<readonly DoctorFinding[]> {
  if (savedQueries.length === 0) {
    return [];
  }
  try {
    await prepareSavedQueries(savedQueries, { sources: createSources(open), signal: new AbortController().signal });
    return [{ name: 'saved queries', level: 'ok', text: `${String(savedQueries.length)} can be prepared` }];
  } catch (error) {
    return [toProblem('saved queries', error)];
  }
}

/** For operators: what the driver said is told, too. `doctor` scrubs what it prints. */
function toProblem(name: string, error: unknown): DoctorFinding {
  const isConfig = isAppError(error) && (error.code === 'INVALID_INPUT' || error.code === 'NOT_FOUND' || error.code === 'CONFLICT');
  const reason = isAppError(error) && error.cause instanceof Error ? `(${error.cause.message.slice(0, 200)})` : '';
  const text = isAppError(error)
    ? [error.message, reason, error.hint ?? ''].filter((part) => part !== '').join(' ')
    : 'the database does not start';
  return { name, level: 'problem', text, ...(isConfig ? { exit: 78 as const } : {}) };
}
