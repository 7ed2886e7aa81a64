import { createServer, type Server } from 'node:net';
import { readdir } from 'node:fs/promises';
import { once } from 'node:events';
import { startPostgres } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { extensionObjectsSql, extensions, objectsSql } from './attacks-objects.ts';
import type { Inventory, Look } from './attacks-inventory.ts';
import type { Target } from './attacks-target.ts';
import type { TargetName } from './attacks-verdict.ts';
import { asRole } from './open-catalog.ts';
import { fillPostgresShop } from './start-postgres-shop.ts';

/** A server that is attacked, and what sees it happen. */
export interface AttackedServer {
  readonly url: string;
  /** The owner's own connection, which listens to notifications. */
  readonly owner: Client;
  /** Opens the database as a role. */
  open(name: Exclude<TargetName, 'pglite'>): Target;
  close(): Promise<void>;
}

const readerPassword = 'reader';

/** Starts a server with the shop, what attackers left in it, and a role that may only SELECT. */
export async function startAttackedServer(): Promise<AttackedServer> {
  const server = await startPostgres({ settings: { autovacuum: 'off', shared_preload_libraries: 'pg_stat_statements', jit: 'off' } });
  const trap = createServer((socket) => socket.destroy());
  const owner = new Client({ connectionString: server.url, application_name: 'owner' });
  const close = async (): Promise<void> => {
    await owner.end();
    trap.close();
    await server.stop();
  };
  try {
    trap.listen(0, '127.0.0.1');
    await once(trap, 'listening');
    await owner.connect();
    await fillPostgresShop(server.url);
    await makeObjects(owner, portOf(trap));
  } catch (error) {
    await close();
    throw error;
  }
  const outside = watchOutside(owner, trap);
  const look: Look = async (sql) => (await owner.query<Record<string, unknown>>(sql)).rows;
  const makeDirectory = async (): Promise<string> => findDirectory(owner);
  return {
    url: server.url,
    owner,
    close,
    open: (name) => ({ name, source: openSource(server.url, name), look, outside, makeDirectory, close }),
  };
}

function openSource(url: string, name: TargetName): Source {
  const login = name === 'superuser' ? url : asRole(url, 'reader', readerPassword);
  return openPostgresSource({ name, url: login, maxConnections: 1, statementTimeoutMs: 5_000 });
}

/** Counts notifications, connections to the trap, sessions of others, and files. */
function watchOutside(owner: Client, trap: Server): () => Promise<Inventory> {
  let heard = 0;
  let connections = 0;
  owner.on('notification', () => (heard += 1));
  trap.on('connection', () => (connections += 1));
  return async () => {
    const { rows } =
      await owner.query(`select count(*) as others, pg_conf_load_time() as configured, pg_postmaster_start_time() as started from pg_stat_activity
      where backend_type = 'client backend' and application_name not in ('owner', 'trellis-database')`);
    return { heard, connections, ...rows[0], files: await listFiles(owner) };
  };
}

function portOf(trap: Server): number {
  const address = trap.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function makeObjects(owner: Client, port: number): Promise<void> {
  await owner.query(objectsSql);
  for (const name of extensions) {
    await owner.query(`create extension if not exists "${name}"`);
  }
  await owner.query(extensionObjectsSql(port));
  await owner.query(
    `create role reader login password '${readerPassword}'; grant select on all tables in schema public to reader; listen orders`,
  );
}

/** The server's own directory, which goes with the test. */
async function findDirectory(owner: Client): Promise<string> {
  const { rows } = await owner.query<{ directory: string }>(`select current_setting('data_directory') as directory`);
  return rows[0]?.directory ?? '';
}

/** Files at the top of the server's directory and in those where snapshots and exports go. */
async function listFiles(owner: Client): Promise<readonly string[]> {
  const directory = await findDirectory(owner);
  const lists = await Promise.all(['.', 'pg_snapshots', 'base'].map(async (folder) => readdir(`${directory}/${folder}`)));
  // The server's own folder for rows that do not fit its memory.
  return lists
    .flat()
    .filter((name) => name !== 'pgsql_tmp')
    .sort();
}
