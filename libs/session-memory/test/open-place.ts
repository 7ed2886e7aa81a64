import {
  openMemoryKeyStore,
  openPostgres,
  openPostgresKeyStore,
  openRedis,
  openRedisKeyStore,
  openSqlite,
  openSqliteKeyStore,
  type KeyStore,
} from '@trellis-mcp/stores';

/** A store that several processes can open. */
export interface Place {
  kind: 'memory' | 'sqlite' | 'redis' | 'postgres';
  /** URL or path. */
  at: string;
  /** Table or key prefix. */
  space: string;
}

/** A store and how to close what is under it. */
export interface OpenPlace extends AsyncDisposable {
  store: KeyStore;
}

/** Opens a store of any kind with a connection of its own. */
export async function openPlace({ kind, at, space }: Place, now: () => number = Date.now): Promise<OpenPlace> {
  switch (kind) {
    case 'memory':
      return own(openMemoryKeyStore({ now, whenFull: 'refuse' }));
    case 'sqlite': {
      const sqlite = await openSqlite(at, { busyTimeoutMs: 20_000 });
      return own(await openSqliteKeyStore(sqlite, { table: space, now }), sqlite);
    }
    case 'redis': {
      const redis = await openRedis(at);
      return own(openRedisKeyStore(redis, { prefix: `${space}:`, now }), redis);
    }
    case 'postgres': {
      const postgres = await openPostgres(at, { maxConnections: 3 });
      return own(await openPostgresKeyStore(postgres, { table: space, now }), postgres);
    }
  }
}

function own(store: KeyStore, connection?: AsyncDisposable): OpenPlace {
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await connection?.[Symbol.asyncDispose]();
    },
  };
}
