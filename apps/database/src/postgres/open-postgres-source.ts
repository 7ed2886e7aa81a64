import type { AppError } from '@trellis-mcp/errors';
import { openPostgresPool } from '@trellis-mcp/stores';
import { createCatalogReaders } from '../sources/create-catalog-readers.ts';
import type { Source } from '../sources/source.ts';
import type { GateOptions } from '../sql/gate.ts';
import { createCheck } from './create-check.ts';
import { createControl } from './create-control.ts';
import type * as Runners from './runners.ts';
import { createSessionSettings, verifySession } from './session-settings.ts';

/** Options of {@link openPostgresSource}. */
export interface PostgresSourceOptions extends Pick<GateOptions, 'allowFunctions' | 'allowTables'> {
  /** As callers name it. */
  readonly name: string;
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** Statements of callers that may run at once. Default: 8. */
  readonly maxConnections?: number;
  /** The server's own limit for one statement, in milliseconds; calls have theirs. Default: 15,000. */
  readonly statementTimeoutMs?: number;
  /** Clock in milliseconds, for facts that grow old. Default: that of the process. */
  readonly now?: () => number;
  /** Told of failures of idle connections, for the log. */
  readonly onError?: (error: AppError) => void;
}

/** A PostgreSQL database as a source. Connects with the first call; a server that is away fails calls, not the process. */
export function openPostgresSource(options: PostgresSourceOptions): Source {
  const { name, url, maxConnections = 8, statementTimeoutMs = 15_000, now, onError, ...policy } = options;
  const shared = { applicationName: 'trellis-database', ...(onError === undefined ? {} : { onError }) };
  const settings = createSessionSettings(statementTimeoutMs);
  const readers = openPostgresPool(url, {
    ...shared,
    maxConnections,
    pipeline: true,
    settings,
    verify: async (client) => verifySession(client, settings),
  });
  const control = createControl(url, shared);
  const loadCatalog = async () => (await control.load()).db;
  // Kept, since an import takes its time also when the module is there.
  let runners: typeof Runners | undefined;
  const loadRunners = async (): Promise<typeof Runners> => (runners = await import('./runners.ts'));
  const runScript: Source['runScript'] = async (statements, run) => (runners ?? (await loadRunners())).runScript(readers, statements, run);
  return {
    name,
    engine: 'postgres',
    ...createCatalogReaders({ ...policy, loadCatalog, runScript, now }),
    readPage: (request, run) =>
      runners === undefined ? loadRunners().then(({ runPage }) => runPage(readers, request, run)) : runners.runPage(readers, request, run),
    runScript,
    check: createCheck(async () => (await control.load()).ping()),
    async close() {
      await Promise.all([readers.close(), control.close()]);
    },
  };
}
