import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { isMissingCapability, requireCapability } from './capability.ts';
import { freePort } from './free-port.ts';
import { descendantsOf, isGone, waitGone } from './process-table.ts';
import { sharedPostgres, sharedRedis } from './shared-instances.ts';
import { spawnProbe } from './spawn-probe.ts';
import { startPostgres } from './start-postgres.ts';
import { startRedis } from './start-redis.ts';
import { startStubHttp } from './start-stub-http.ts';
import type { TestInstance } from './test-instance.ts';
import { until } from './until.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_500, query_timeout: 2_500 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ids of the shared memory segments of this machine. */
async function listSegments(): Promise<(string | undefined)[]> {
  return (await readFile('/proc/sysvipc/shm', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/)[1]);
}

async function expectOwnDatabase(url: string): Promise<void> {
  const before = process.env['TEST_POSTGRES_URL'];
  process.env['TEST_POSTGRES_URL'] = url;
  try {
    const shared = await sharedPostgres();
    expect(await query(shared.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const list = `select datname from pg_database where datname like 'trellis_test_%'`;
    expect(await query(url, list)).toHaveLength(1);
    await shared.stop();
    expect(await query(url, list)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env['TEST_POSTGRES_URL'];
    else process.env['TEST_POSTGRES_URL'] = before;
  }
}

async function redisCommand(url: string, command: (redis: Redis) => Promise<unknown>): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 1_500, commandTimeout: 1_500, retryStrategy: null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await command(redis);
  } finally {
    redis.disconnect();
  }
}

describe('one Postgres, in this order,', () => {
  let postgres: TestInstance;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('checks the password, and runs under an ordinary user', async () => {
    const url = new URL(postgres.url);
    url.password = 'wrong';
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    const status = await readFile(`/proc/${String(postgres.pid)}/status`, 'utf8');
    expect(status).not.toMatch(/^Uid:\s+0\b/m);
  });

  it('serves as the server of TEST_POSTGRES_URL, where a database is made and dropped', async () => {
    await expectOwnDatabase(postgres.url);
  });

  it('starts, kills, restarts, pauses and resumes a Postgres that keeps its data and its port', async () => {
    await query(postgres.url, 'create table kept as select 7 as seven');
    await postgres.kill();
    expect(postgres.pid).toBeUndefined();
    await expect(query(postgres.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.restart();
    expect(await query(postgres.url, 'select seven from kept')).toEqual([{ seven: 7 }]);
    await postgres.pause();
    await expect(query(postgres.url, 'select 1')).rejects.toThrow('timeout');
    await postgres.resume();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('leaves no process, file or shared memory segment after a kill and a stop', async () => {
    const pid = postgres.pid ?? 0;
    const pids = [pid, ...(await descendantsOf(pid))];
    const data = (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')).split('\0')[2] ?? '';
    expect(existsSync(data)).toBe(true);
    const [, segment] = ((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[6] ?? '').trim().split(/\s+/);
    await postgres.kill();
    await postgres.stop();
    await postgres.stop();
    expect(await waitGone(pids, 0)).toEqual([]);
    expect(existsSync(dirname(data))).toBe(false);
    expect(await listSegments()).not.toContain(segment);
  });
});

it('starts, kills, restarts, pauses and resumes a Redis, with or without its data', async () => {
  await using brief = await startRedis();
  await using durable = await startRedis({ isDurable: true });
  for (const [redis, kept] of [
    [brief, null],
    [durable, 'v'],
  ] as const) {
    await redisCommand(redis.url, (client) => client.set('k', 'v'));
    await redis.kill();
    await expect(redisCommand(redis.url, (client) => client.get('k'))).rejects.toThrow();
    await redis.restart();
    expect(await redisCommand(redis.url, (client) => client.get('k'))).toBe(kept);
    await redis.pause();
    await expect(redisCommand(redis.url, (client) => client.get('k'))).rejects.toThrow();
    await redis.resume();
    expect(await redisCommand(redis.url, (client) => client.ping())).toBe('PONG');
  }
});

it.each(['running', 'paused'])('leaves nothing behind when the test process is killed while its Postgres is %s', async (state) => {
  const args = ['--conditions=@trellis-mcp/source', join(import.meta.dirname, '../test/doomed.ts'), state];
  await using doomed = await spawnProbe(process.execPath, args);
  const { pids, directories } = JSON.parse(await doomed.waitForStdout(/^\{/, 30_000)) as { pids: number[]; directories: string[] };
  expect(directories).toHaveLength(2);
  const all = [...pids, ...(await Promise.all(pids.map((pid) => descendantsOf(pid)))).flat()];
  expect(await Promise.all(all.map((pid) => isGone(pid)))).not.toContain(true);
  doomed.kill('SIGKILL');
  expect(await waitGone(all, 30_000)).toEqual([]);
  const isLeft = (): boolean => directories.some((name) => existsSync(join(tmpdir(), name)));
  await until(() => !isLeft());
});

it('reports the log of a service that cannot start', async () => {
  await expect(startRedis({ settings: { 'no-such-setting': '1' } })).rejects.toThrow(/redis did not start[^]*no-such-setting/);
});

it('shares services that answer', async () => {
  await using postgres = await sharedPostgres();
  await using redis = await sharedRedis();
  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(await redisCommand(redis.url, (client) => client.ping())).toBe('PONG');
});

it('names a missing capability', async () => {
  const error: unknown = await requireCapability('warp-drive', () => undefined, 'Build one.').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ capability: 'warp-drive', message: 'This machine lacks the capability "warp-drive". Build one.' });
  expect(isMissingCapability(error)).toBe(true);
  expect(await requireCapability('bread', () => 'rye')).toBe('rye');
});

it('serves stub answers, keeps what it saw, and turns a throw into 500', async () => {
  await using stub = await startStubHttp((request, response) => {
    if (request.url === '/throw') throw new Error('as asked');
    response.end(`hello ${request.method ?? ''}`);
  });
  expect(await (await fetch(`${stub.url}/a?b=1`, { method: 'POST', body: 'x' })).text()).toBe('hello POST');
  const failed = await fetch(`${stub.url}/throw`);
  expect([failed.status, await failed.text()]).toEqual([500, 'Error: as asked']);
  expect(stub.requests.map(({ method, url }) => [method, url])).toEqual([
    ['POST', '/a?b=1'],
    ['GET', '/throw'],
  ]);
  expect(stub.failures).toHaveLength(1);
  await stub.stop();
  await expect(fetch(stub.url)).rejects.toThrow('fetch failed');
});

it('finds ports that can be listened on', async () => {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  expect(ports.every((port) => port > 1_023)).toBe(true);
});
