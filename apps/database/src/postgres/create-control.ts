import { openPostgres, type OpenPostgresOptions, type PostgresConnection } from '@trellis-mcp/stores';
import { createSessionSettings } from './session-settings.ts';

const maxConnections = 2;
/** Our own queries are short; one that is not has met a database of unforeseen size. */
const statementTimeoutMs = 10_000;
/** Below PostgreSQL's deadlock_timeout of one second: whoever alters what our queries look at is never the one that has to give way. */
const lockTimeoutMs = 500;

/** Connections for our own queries, apart from those of callers: the catalogue, and whether the server answers. */
export interface Control {
  /** Opened on first use; the server need not be there. */
  load(): Promise<PostgresConnection>;
  close(): Promise<void>;
}

/** Creates the control connections of a source without opening them. */
export function createControl(url: string, options: Pick<OpenPostgresOptions, 'applicationName' | 'onError'>): Control {
  let opened: Promise<PostgresConnection> | undefined;
  const settings = {
    ...createSessionSettings(statementTimeoutMs),
    lock_timeout: String(lockTimeoutMs),
    // Whoever may create objects in a schema of the path could offer an operator that fits better than that of PostgreSQL.
    search_path: 'pg_catalog',
    // Queries on a large catalogue are estimated dear enough to be compiled, which takes longer than running them.
    jit: 'off',
    // A role or database that has every name quoted would have it done to names of types, too.
    quote_all_identifiers: 'off',
  };
  return {
    load: async () => (opened ??= openPostgres(url, { ...options, maxConnections, statementTimeoutMs, settings, lazy: true })),
    close: async () => (await opened)?.close(),
  };
}
