import type { AppError } from '@trellis-mcp/errors';
import type { Kysely } from 'kysely';
import type { PoolConfig } from 'pg';
import { codeOf, upstreamError } from './upstream-error.ts';

/** How {@link openPostgres} connects. */
export interface OpenPostgresOptions {
  /** Most connections of this process. Default 5. */
  maxConnections?: number;
  /** Longest wait for a connection, new or from the pool, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Longest wait for one statement, in milliseconds. Default 10,000. */
  statementTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. Default `trellis`. */
  applicationName?: string;
  /** Told of each failure of an idle connection, for the log. */
  onError?: (error: AppError) => void;
}

/** The Postgres of a process: a pool for Trellis' own data. */
export interface PostgresConnection extends AsyncDisposable {
  /** Name your tables by `db.$extendTables<Tables>()`. Failures are `AppError`; while Postgres is away they come at once. */
  readonly db: Kysely<unknown>;
  /** Whether statements can be expected to work now. */
  readonly isHealthy: boolean;
  /** Resolves when Postgres answers. */
  ping(): Promise<void>;
  /** Waits for statements under way, at most a second, then closes every connection. */
  close(): Promise<void>;
}

/** Connects to a Postgres URL and resolves when it answers; rejects with `UPSTREAM`. Lost connections are made again when needed. */
export async function openPostgres(url: string, options: OpenPostgresOptions = {}): Promise<PostgresConnection> {
  const [{ default: pg }, { Kysely: Database, PostgresDialect, sql }, { createBreaker }, { guardPool, trackSockets }] = await Promise.all([
    import('pg'),
    import('kysely'),
    import('./create-breaker.ts'),
    import('./guard-pool.ts'),
  ]);
  const sockets = trackSockets();
  const pool = new pg.Pool({ connectionString: url, stream: sockets.open, ...poolConfig(options) });
  pool.on('error', (error) => options.onError?.(translatePostgresError(error)));
  const breaker = createBreaker({
    translate: translatePostgresError,
    refuse: () => unreachable(new Error('Not tried: earlier calls failed.')),
  });
  const guarded = guardPool(pool, { breaker, sockets });
  const db = new Database<unknown>({ dialect: new PostgresDialect({ pool: guarded }) });
  const ping = async (): Promise<void> => {
    await sql`select 1`.execute(db);
  };
  // Kysely is not destroyed: it would answer later calls with an error of its own, and holds nothing but the pool.
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= guarded.end());
  try {
    await ping();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    db,
    get isHealthy() {
      return breaker.isClosed;
    },
    ping,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function poolConfig(options: OpenPostgresOptions): PoolConfig {
  const { maxConnections = 5, connectTimeoutMs = 5_000, statementTimeoutMs = 10_000, applicationName = 'trellis' } = options;
  return {
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    // The server's own limit cannot be heard over a dead network.
    query_timeout: statementTimeoutMs + 1_000,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    keepAlive: true,
    application_name: applicationName,
    allowExitOnIdle: true,
  };
}

/** Makes the one error of a failed statement or connection. */
export function translatePostgresError(failure: unknown): AppError {
  const state = codeOf(failure) ?? '';
  if (!/^[0-9A-Z]{5}$/.test(state)) return unreachable(failure);
  if (/^(28|42501)/.test(state)) {
    return upstreamError('Postgres refused access.', failure, {
      retryable: false,
      hint: 'Check the user, password and rights of the URL.',
    });
  }
  // Connection lost, rolled back for others' sake, out of resources, shutting down or starting, timed out.
  if (/^(08|40|53|57)/.test(state)) return unreachable(failure);
  return upstreamError('Postgres refused a statement.', failure, { retryable: false });
}

function unreachable(failure: unknown): AppError {
  return upstreamError('Postgres did not answer.', failure, { retryable: true, retryAfterMs: 1_000 });
}
