import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startPostgres, type TestInstance, until } from '@trellis-mcp/test-services';
import { startTlsProxy } from '../test/tls-proxy.ts';
import { openPostgresPool } from './open-postgres-pool.ts';

let server: TestInstance;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Resolves when the server works on a long statement. */
async function untilAsleep(): Promise<void> {
  await using pool = openPostgresPool(server.url, { maxConnections: 1 });
  const { client, release } = await pool.acquire();
  const asleep = `select 1 from pg_stat_activity where query = 'select pg_sleep(59)' and wait_event = 'PgSleep'`;
  await until(async () => (await client.query(asleep)).rowCount === 1);
  release();
}

const canceled = { code: '57014' };

describe('a pool', () => {
  it('connects only when a connection is asked for', async () => {
    await using nowhere = openPostgresPool(`postgres://u:hunter2@127.0.0.1:${String(await freePort())}/x`);
    expect(nowhere.isHealthy).toBe(true);
    const failed = nowhere.acquire();
    await expect(failed).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true, cause: { code: 'ECONNREFUSED' } });
  });

  it('stops trying while Postgres is away, and says so', async () => {
    await using nowhere = openPostgresPool(`postgres://127.0.0.1:${String(await freePort())}/x`);
    for (let call = 0; call < 5; call += 1) await expect(nowhere.acquire()).rejects.toMatchObject({ code: 'UPSTREAM' });
    expect(nowhere.isHealthy).toBe(false);
    await expect(nowhere.acquire()).rejects.toMatchObject({ cause: { message: 'Not tried: earlier calls failed.' } });
  });

  it('gives a connection to one caller at a time, and says when none came back', async () => {
    await using pool = openPostgresPool(server.url, { maxConnections: 1, connectTimeoutMs: 2_000 });
    const lease = await pool.acquire();
    const busy = { status: 'rejected', reason: { code: 'UPSTREAM', retryable: true, details: { busy: true } } };
    expect(await Promise.allSettled(Array.from({ length: 6 }, () => pool.acquire()))).toMatchObject(Array.from({ length: 6 }, () => busy));
    // Being busy is not being away.
    expect(pool.isHealthy).toBe(true);
    lease.release();
    lease.release();
    (await pool.acquire()).release();
  });

  it('refuses callers once it is closed', async () => {
    const pool = openPostgresPool(server.url);
    (await pool.acquire()).release();
    await pool.close();
    await pool.close();
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('those who wait', () => {
  it('are not more than a limit', async () => {
    await using pool = openPostgresPool(server.url, { maxConnections: 1, maxWaiting: 2 });
    const lease = await pool.acquire();
    const waiting = [pool.acquire(), pool.acquire()];
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'LIMIT', retryable: true });
    lease.release();
    for (const next of waiting) (await next).release();
  });

  it('may go away, and no connection is lost to them', async () => {
    await using pool = openPostgresPool(server.url, { maxConnections: 1 });
    const lease = await pool.acquire();
    const gone = new AbortController();
    const waiting = pool.acquire(gone.signal);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(pool.acquire(gone.signal)).rejects.toThrow('gone');
    lease.release();
    (await pool.acquire()).release();
  });
});

describe('a session', () => {
  it('starts with the settings, and comes back to them', async () => {
    const url = new URL(server.url);
    url.searchParams.set('options', '-c work_mem=8MB -c lock_timeout=7');
    url.searchParams.set('statement_timeout', '1');
    url.searchParams.set('query_timeout', '1');
    await using pool = openPostgresPool(url.href, { settings: { lock_timeout: '1234', 'trellis.note': String.raw`a b\c` } });
    const { client, release } = await pool.acquire();
    await client.query(`set lock_timeout = 1`);
    await client.query('discard all');
    const { rows } = await client.query(
      `select current_setting('lock_timeout') as lock, current_setting('work_mem') as work, current_setting('trellis.note') as note,
         current_setting('statement_timeout') as statement`,
    );
    expect(rows).toEqual([{ lock: '1234ms', work: '8MB', note: String.raw`a b\c`, statement: '0' }]);
    release();
  });

  it('may be lost at any time without ending the process', async () => {
    await using pool = openPostgresPool(server.url, { maxConnections: 2 });
    const [lost, other] = await Promise.all([pool.acquire(), pool.acquire()]);
    const { rows } = await lost.client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await other.client.query(`select pg_terminate_backend(${String(rows[0]?.pid)})`);
    await until(() => lost.isBroken);
    lost.release();
    other.release();
    const again = await Promise.all([pool.acquire(), pool.acquire()]);
    for (const { client, release } of again) {
      await client.query('select 1');
      release();
    }
  });
});

describe('a new session', () => {
  it('is looked at once before it is used, and closed when it is not as it must be', async () => {
    let looks = 0;
    const verify = (): Promise<void> => {
      looks += 1;
      return looks === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    };
    await using pool = openPostgresPool(server.url, { maxConnections: 1, verify });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'UPSTREAM', cause: { message: 'not yet' } });
    for (let call = 0; call < 3; call += 1) (await pool.acquire()).release();
    expect(looks).toBe(2);
  });

  it('is not waited for when the look at it takes too long', async () => {
    const verify = async (client: { query(text: string): Promise<unknown> }): Promise<void> => {
      await client.query('select pg_sleep(9)');
    };
    await using pool = openPostgresPool(server.url, { connectTimeoutMs: 200, verify });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  });
});

describe('cancel', () => {
  it('stops the statement and leaves the connection as it was', async () => {
    await using pool = openPostgresPool(server.url);
    const lease = await pool.acquire();
    const running = lease.client.query('select pg_sleep(59)').catch((error: unknown) => error);
    await untilAsleep();
    expect(await lease.cancel(20_000)).toBe(true);
    expect(await running).toMatchObject(canceled);
    await lease.client.query('select 1');
    lease.release();
  });

  it('goes over TLS where the connection does', async () => {
    await using proxy = await startTlsProxy(server.port);
    const url = new URL(server.url);
    url.host = `localhost:${String(proxy.port)}`;
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', proxy.certificate);
    await using pool = openPostgresPool(url.href);
    const lease = await pool.acquire();
    const running = lease.client.query('select pg_sleep(59)').catch((error: unknown) => error);
    await untilAsleep();
    expect(await lease.cancel(20_000)).toBe(true);
    expect(await running).toMatchObject(canceled);
    expect(proxy.cancels).toBe(1);
    lease.release();
    url.searchParams.delete('sslrootcert');
    await using trusting = openPostgresPool(url.href);
    await expect(trusting.acquire()).rejects.toMatchObject({
      code: 'UPSTREAM',
      retryable: false,
      hint: expect.stringContaining('sslrootcert'),
    });
  });

  it('says when the server did not take it', async () => {
    await using pool = openPostgresPool(server.url);
    const lease = await pool.acquire();
    await server.pause();
    try {
      expect(await lease.cancel(100)).toBe(false);
    } finally {
      await server.resume();
    }
    lease.release(true);
  });
});

it('says that a server without TLS has none', async () => {
  await using pool = openPostgresPool(`${server.url}?sslmode=verify-full`);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'UPSTREAM', retryable: false, message: expect.stringContaining('TLS') });
});

it('says that a database is not there', async () => {
  const url = new URL(server.url);
  url.pathname = '/no_such';
  await using pool = openPostgresPool(url.href);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'UPSTREAM', retryable: false, message: 'Postgres has no such database.' });
});

it('cuts a pipelined connection at once, whatever waits on it', async () => {
  await using pool = openPostgresPool(server.url, { maxConnections: 1, pipeline: true });
  const lease = await pool.acquire();
  const running = Promise.allSettled([lease.client.query('select pg_sleep(59)'), lease.client.query('select 1')]);
  lease.release(true);
  const next = await pool.acquire();
  await next.client.query('select 1');
  next.release();
  expect((await running).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
