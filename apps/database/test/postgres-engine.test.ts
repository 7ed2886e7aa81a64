import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { recordMeasurement, startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { readSource, type SourceReader } from './read-source.ts';

const isSoak = process.env['SOAK'] === '1';
/** What is promised, times five where other suites run beside this one. */
const maxFreeMs = isSoak ? 200 : 1_000;

let server: TestInstance;
/** One connection for callers: what one leaves behind, the next would see. */
let reader: SourceReader;

beforeAll(async () => {
  server = await startPostgres();
  reader = readSource(openPostgresSource({ name: 'one', url: server.url, maxConnections: 1 }));
}, 30_000);
afterAll(async () => {
  await reader.close();
  await server.stop();
});

/** What connections of callers still do after a while, as another connection sees it. */
async function listBusy(withinMs = maxFreeMs): Promise<unknown[]> {
  const { sql } = await import('kysely');
  const catalog = await reader.source.loadCatalog();
  const busy = sql`select state, query from pg_stat_activity
    where application_name = 'trellis-database' and pid <> pg_backend_pid() and state <> 'idle'`;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { rows } = await busy.execute(catalog);
    if (rows.length === 0 || performance.now() > deadline) return rows;
    await sleep(5);
  }
}

const runaways = [
  ['a sleep', 'select pg_sleep(60)'],
  ['a cross join', 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b'],
  ['an endless recursion', 'with recursive n (i) as (select 1 union all select i + 1 from n) select sum(i::float8) from n'],
  ['rows without end', 'select i from generate_series(1, 2000000000) i where i < 0'],
] as const;

describe('a runaway statement', () => {
  it.each(runaways)('is stopped at its deadline, and its connection is free soon after: %s', async (_what, sql) => {
    const started = performance.now();
    await expect(reader.read(sql, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 300 } });
    expect((await reader.read('select 1')).rows).toEqual([['1']]);
    expect(performance.now() - started - 300).toBeLessThan(maxFreeMs);
    expect(await listBusy()).toEqual([]);
  });

  it('is stopped also when it began after the server was asked to stop it', async () => {
    const [[pid] = []] = (await reader.read('select pg_backend_pid()')).rows;
    process.kill(Number(pid), 'SIGSTOP');
    try {
      await expect(reader.read(runaways[1][1], { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    } finally {
      process.kill(Number(pid), 'SIGCONT');
    }
    // Its own limit is 15 seconds.
    expect(await listBusy(10_000)).toEqual([]);
    expect((await reader.read('select 1')).rows).toEqual([['1']]);
  });

  it('gives the rows it had', async () => {
    const page = await reader.read('select i, pg_sleep(0.1) from generate_series(1, 100) i', { timeoutMs: 550 });
    expect(page).toMatchObject({ cutBy: 'time', more: true, changed: false });
    expect(page.rows.length).toBeGreaterThanOrEqual(1);
    const { digest = '' } = page;
    const next = await reader.read('select i from generate_series(1, 100) i', { offset: page.rows.length, digest, maxRows: 1 });
    expect(next.rows).toEqual([[String(page.rows.length + 1)]]);
  });
});

describe('a caller that goes away', () => {
  it('is answered at once, and the next one has the connection within 200 ms', async () => {
    const times: number[] = [];
    for (const [, sql] of runaways) {
      const gone = new AbortController();
      const call = reader.read(sql, { signal: gone.signal }).catch((error: unknown) => error);
      await sleep(100);
      const started = performance.now();
      gone.abort();
      expect(await call).toMatchObject({ code: 'CANCELLED' });
      expect(performance.now() - started).toBeLessThan(maxFreeMs / 2);
      expect((await reader.read('select 1')).rows).toEqual([['1']]);
      times.push(performance.now() - started);
      expect(await listBusy()).toEqual([]);
    }
    expect(Math.max(...times)).toBeLessThan(maxFreeMs);
    await recordMeasurement({
      suite: 'database, PostgreSQL',
      name: 'from an aborted call to its connection being free, slowest',
      value: Math.max(...times),
      unit: 'ms',
      bound: '<= 200',
    });
  });

  it('gets the reason that was given, also while it waits for a connection', async () => {
    const gone = new AbortController();
    const first = reader.read('select pg_sleep(0.3)');
    const second = reader.read('select 2', { signal: gone.signal });
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(reader.read('select 3', { signal: gone.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await first).rows).toHaveLength(1);
  });
});

/** A call that may be aborted, or run into its deadline, at any moment. @returns What became of it, in one word. */
async function callRoughly({ read }: SourceReader): Promise<string> {
  const gone = new AbortController();
  const [id, fate] = [String(Math.floor(Math.random() * 1e9)), Math.random()];
  if (fate < 0.4) setTimeout(() => gone.abort(), Math.random() * 12);
  const timeoutMs = fate > 0.8 ? Math.ceil(Math.random() * 10) : 20_000;
  const rows = fate % 0.1 < 0.02 ? `, repeat('x', 5000) from generate_series(1, 300)` : `, pg_sleep(${String(Math.random() * 0.008)})`;
  return read(`select ${id}${rows}`, { signal: gone.signal, timeoutMs }).then(
    (page) => (page.rows[0]?.[0] === id ? 'answered' : 'answered another'),
    (error: unknown) => {
      if (!isAppError(error)) return String(error);
      const isDue = (error.code === 'CANCELLED' && gone.signal.aborted) || (error.code === 'TIMEOUT' && timeoutMs <= 10);
      return isDue ? 'stopped' : `${error.code}: ${error.message}`;
    },
  );
}

describe('calls that are stopped at any moment', () => {
  it('stop no other call, and take no answer from one', async () => {
    const rough = readSource(openPostgresSource({ name: 'rough', url: server.url, maxConnections: 3 }));
    const outcomes: Record<string, number> = {};
    let left = isSoak ? 20_000 : 400;
    const call = async (): Promise<void> => {
      while (left-- > 0) {
        const outcome = await callRoughly(rough);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 10 }, call));
    expect(Object.keys(outcomes).sort()).toEqual(['answered', 'stopped']);
    expect(await listBusy()).toEqual([]);
    await rough.close();
  });
});
