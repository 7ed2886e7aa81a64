import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { SqliteThread } from './sqlite-thread.ts';

/** Makes the Kysely dialect of a database in a thread. Transactions take the write lock when they begin. */
export function createSqliteDialect(thread: SqliteThread): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(thread),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function createDriver(thread: SqliteThread): Driver {
  const connection: DatabaseConnection = {
    executeQuery: <R>({ sql, parameters }: CompiledQuery) => execute<R>(thread, sql, parameters),
    streamQuery() {
      throw new Error('SQLite results are not streamed: page them.');
    },
  };
  const run = async (sql: string): Promise<void> => {
    await thread.run(sql, []);
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    // A deferred transaction that reads first cannot become a writer once another process wrote.
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    releaseConnection: () => Promise.resolve(),
    destroy: () => thread.close(),
  };
}

async function execute<R>(thread: SqliteThread, sql: string, parameters: readonly unknown[]): Promise<QueryResult<R>> {
  const { rows, changes, lastInsertRowid } = await thread.run(sql, parameters);
  // Kysely's own contract: the caller's types say what the rows of its query are.
  if (rows) return { rows: rows as R[] };
  return { rows: [], numAffectedRows: BigInt(changes ?? 0), insertId: BigInt(lastInsertRowid ?? 0) };
}
