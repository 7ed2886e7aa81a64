import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { freePort, startPostgres, type TestInstance, until } from '@trellis-mcp/test-services';
import { sql } from 'kysely';
import { openPostgres } from './open-postgres.ts';
import { openPostgresKeyStore } from './postgres-key-store.ts';

let server: TestInstance;
const ttlMs = 60_000;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it.each(['killed', 'frozen'])('fails as retryable UPSTREAM while Postgres is %s under load, and heals by itself', async (how) => {
  await using postgres = await openPostgres(server.url, { statementTimeoutMs: 1_000, connectTimeoutMs: 2_000 });
  const store = await openPostgresKeyStore(postgres);
  let isOver = false;
  const errors: unknown[] = [];
  let answersAfter = 0;
  let isBack = false;
  const load = async (key: string): Promise<void> => {
    while (!isOver) {
      try {
        await store.update(key, (current) => `${current ?? ''}.`.slice(-9), { ttlMs });
        if (isBack) answersAfter += 1;
      } catch (error) {
        errors.push(error);
        await sleep(20);
      }
    }
  };
  const loads = Array.from({ length: 8 }, (_, index) => load(`load${String(index)}`));
  try {
    await (how === 'killed' ? server.kill() : server.pause());
    await until(() => !postgres.isHealthy && errors.length > 10);
  } finally {
    await (how === 'killed' ? server.restart() : server.resume());
    isBack = true;
    await until(() => answersAfter >= 50).finally(() => (isOver = true));
    await Promise.all(loads);
  }
  expect(errors.filter((error) => !isAppError(error) || error.code !== 'UPSTREAM' || error.retryable !== true)).toEqual([]);
  expect(postgres.isHealthy).toBe(true);
});

it('closes within two seconds while Postgres is frozen', async () => {
  const postgres = await openPostgres(server.url);
  await Promise.all([postgres.ping(), postgres.ping()]);
  await server.pause();
  try {
    const asked = Promise.allSettled([postgres.ping()]);
    const started = performance.now();
    await postgres.close();
    await postgres.close();
    // A busy machine may take five times as long.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await asked)[0]).toMatchObject({ status: 'rejected', reason: { code: 'UPSTREAM' } });
  } finally {
    await server.resume();
  }
});

it('survives a connection that is cut between two statements of a transaction', async () => {
  await using postgres = await openPostgres(server.url, { maxConnections: 2 });
  const cut = postgres.db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(postgres.db);
    await sleep(100);
    await sql`select 1`.execute(transaction);
  });
  await expect(cut).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  await postgres.ping();
});

it('ends a statement at its limit and stays usable', async () => {
  await using postgres = await openPostgres(server.url, { statementTimeoutMs: 1_000 });
  await expect(sql`select pg_sleep(59)`.execute(postgres.db)).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  await postgres.ping();
});

it('says that a lock was not to be had, and takes Postgres for well', async () => {
  await using postgres = await openPostgres(server.url, { settings: { lock_timeout: '10' } });
  await sql`create table locked (v text)`.execute(postgres.db);
  await postgres.db.transaction().execute(async (transaction) => {
    await sql`lock table locked`.execute(transaction);
    const busy = { code: 'UPSTREAM', retryable: true, details: { busy: true }, cause: { code: '55P03' } };
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await expect(sql`select from locked`.execute(postgres.db)).rejects.toMatchObject(busy);
    }
  });
  expect(postgres.isHealthy).toBe(true);
});

it('leaks no password and no row through an error', async () => {
  const wrong = new URL(server.url);
  wrong.password = 'hunter2-and-more';
  const refused = await openPostgres(wrong.href).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UPSTREAM', retryable: false, message: 'Postgres refused access.' });
  const nobody = await openPostgres(`postgres://u:hunter2@127.0.0.1:${String(await freePort())}/x`).catch((error: unknown) => error);
  expect(nobody).toMatchObject({ code: 'UPSTREAM', retryable: true, cause: { code: 'ECONNREFUSED' } });
  await using postgres = await openPostgres(server.url);
  await sql`create table once (v text primary key)`.execute(postgres.db);
  const insert = sql`insert into once values ('secret-value')`;
  await insert.execute(postgres.db);
  const twice = await insert.execute(postgres.db).catch((error: unknown) => error);
  expect(twice).toMatchObject({ code: 'UPSTREAM', retryable: false, cause: { code: '23505' } });
  expect(postgres.isHealthy).toBe(true);
  const shown = inspect([refused, nobody, twice], { depth: 9, showHidden: true });
  expect(shown).not.toContain('hunter2');
  expect(shown).not.toContain('secret-value');
});

it('uses a table that is there with a role that may not make one, and says so when it is not there', async () => {
  await using owner = await openPostgres(server.url);
  await (await openPostgresKeyStore(owner, { table: 'ready_made' })).close();
  await sql`create role guest login password 'guest'`.execute(owner.db);
  await sql`grant select, insert, update, delete on ready_made to guest`.execute(owner.db);
  const url = new URL(server.url);
  url.username = 'guest';
  url.password = 'guest';
  await using guest = await openPostgres(url.href);
  const store = await openPostgresKeyStore(guest, { table: 'ready_made' });
  expect(await store.add('k', 'v', { ttlMs })).toBe(true);
  await expect(openPostgresKeyStore(guest, { table: 'missing' })).rejects.toMatchObject({ code: 'UPSTREAM', retryable: false });
});

it('makes one table when many open it for the first time at once', async () => {
  await using connections = new AsyncDisposableStack();
  const opened = await Promise.all(Array.from({ length: 8 }, () => openPostgres(server.url, { maxConnections: 1 })));
  for (const postgres of opened) connections.use(postgres);
  for (let round = 0; round < 4; round += 1) {
    const table = `fresh_${String(round)}`;
    const stores = await Promise.all(opened.map((postgres) => openPostgresKeyStore(postgres, { table })));
    const wins = await Promise.all(stores.map((store) => store.add('k', 'v', { ttlMs })));
    expect(wins.filter(Boolean)).toHaveLength(1);
  }
});

it('refuses a table name that would need quoting', async () => {
  await using postgres = await openPostgres(server.url);
  for (const table of ['', 'A', 'a b', 'a"; drop table x; --', 'x'.repeat(49)]) {
    await expect(openPostgresKeyStore(postgres, { table })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  }
});
