import type { Kysely } from 'kysely';
import { openPostgresPool, type OpenPostgresPoolOptions } from './open-postgres-pool.ts';

/** How {@link openPostgres} connects. */
export interface OpenPostgresOptions extends Omit<OpenPostgresPoolOptions, 'pipeline' | 'queryTimeoutMs'> {
  /** Longest wait for one statement, in milliseconds. Default 10,000. */
  statementTimeoutMs?: number;
  /** Does not wait until Postgres answers: a Postgres that is away then fails the first statements. Default false. */
  lazy?: boolean;
}

/** The Postgres of a process: a pool for Trellis' own data. */
export interface PostgresConnection extends AsyncDisposable {
  /** Name your tables by `db.$extendTables<Tables>()`. Failures are `AppError`; while Postgres is away they come at once. */
  readonly db: Kysely<unknown>;
  /** Whether statements can be expected to work now. */
  readonly isHealthy: boolean;
  /** Resolves when Postgres answers. */
  ping(): Promise<void>;
  /** Waits for statements under way, at most half a second, then closes every connection. */
  close(): Promise<void>;
}

/** Connects to a Postgres URL and resolves when it answers; rejects with `UPSTREAM`. Lost connections are made again when needed. */
export async function openPostgres(url: string, options: OpenPostgresOptions = {}): Promise<PostgresConnection> {
  const { statementTimeoutMs = 10_000, lazy = false, settings = {}, ...poolOptions } = options;
  const [{ Kysely: Database, PostgresDialect, sql }, { guardPool }] = await Promise.all([import('kysely'), import('./guard-pool.ts')]);
  const pool = openPostgresPool(url, {
    ...poolOptions,
    settings: {
      statement_timeout: String(statementTimeoutMs),
      idle_in_transaction_session_timeout: String(2 * statementTimeoutMs),
      ...settings,
    },
    // The server's own limit cannot be heard over a dead network.
    queryTimeoutMs: statementTimeoutMs + 1_000,
  });
  const db = new Database<unknown>({ dialect: new PostgresDialect({ pool: guardPool(pool) }) });
  const ping = async (): Promise<void> => {
    await sql`select 1`.execute(db);
  };
  // Kysely is not destroyed: it would answer later calls with an error of its own, and holds nothing but the pool.
  const close = (): Promise<void> => pool.close();
  try {
    if (!lazy) await ping();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    db,
    get isHealthy() {
      return pool.isHealthy;
    },
    ping,
    close,
    [Symbol.asyncDispose]: close,
  };
}
