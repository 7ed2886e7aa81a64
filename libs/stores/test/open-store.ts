import {
  openMemoryKeyStore,
  openPostgres,
  openPostgresKeyStore,
  openRedis,
  openRedisKeyStore,
  openSqlite,
  openSqliteKeyStore,
  type KeyStore,
  type KeyStoreOptions,
} from '../src/index.ts';

/** A place that several processes can open. */
export interface Place {
  kind: 'memory' | 'sqlite' | 'redis' | 'postgres';
  /** URL or path. */
  at: string;
  /** Keeps the tests of one place apart: a table or a key prefix. */
  space: string;
}

/** A store and the connection under it, closed together. */
export interface OpenStore extends AsyncDisposable {
  store: KeyStore;
}

/** Processes that all start at once may stand still for seconds. */
const patienceMs = 20_000;

/** Opens a store of any kind with a connection of its own. */
export async function openStore({ kind, at, space }: Place, options: KeyStoreOptions = {}): Promise<OpenStore> {
  switch (kind) {
    case 'memory':
      return own(openMemoryKeyStore(options));
    case 'sqlite': {
      const sqlite = await openSqlite(at, { busyTimeoutMs: patienceMs });
      return own(await openSqliteKeyStore(sqlite, { table: space, ...options }), sqlite);
    }
    case 'redis': {
      const redis = await openRedis(at, { connectTimeoutMs: patienceMs, commandTimeoutMs: patienceMs });
      return own(openRedisKeyStore(redis, { prefix: `${space}:`, ...options }), redis);
    }
    case 'postgres': {
      const postgres = await openPostgres(at, { maxConnections: 3, connectTimeoutMs: patienceMs });
      return own(await openPostgresKeyStore(postgres, { table: space, ...options }), postgres);
    }
  }
}

function own(store: KeyStore, connection?: AsyncDisposable): OpenStore {
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await connection?.[Symbol.asyncDispose]();
    },
  };
}
