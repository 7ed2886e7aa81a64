import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres } from './start-postgres.ts';
import { startRedis } from './start-redis.ts';

/** A service that tests use and never stop, pause or kill. */
export interface SharedInstance extends AsyncDisposable {
  readonly url: string;
  /** Gives back what was made for this caller. */
  stop(): Promise<void>;
}

/**
 * Gives an empty database: on the server of TEST_POSTGRES_URL (created now, dropped by `stop`; its user must be allowed to)
 * when that is set, and on a private instance otherwise.
 */
export async function sharedPostgres(): Promise<SharedInstance> {
  const adminUrl = process.env['TEST_POSTGRES_URL'];
  if (!adminUrl) return startPostgres();
  const name = `trellis_test_${randomBytes(6).toString('hex')}`;
  await execute(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const stop = (): Promise<void> => execute(adminUrl, `drop database if exists ${name} with (force)`);
  return { url: url.href, stop, [Symbol.asyncDispose]: stop };
}

/** Gives the Redis of TEST_REDIS_URL when that is set (not emptied: use a key prefix of your own), and a private one otherwise. */
export async function sharedRedis(): Promise<SharedInstance> {
  const url = process.env['TEST_REDIS_URL'];
  if (!url) return startRedis();
  const stop = (): Promise<void> => Promise.resolve();
  return { url, stop, [Symbol.asyncDispose]: stop };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
