import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { recordMeasurement, startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import { runSql } from './open-catalog.ts';
import { readSource, type SourceReader } from './read-source.ts';

const isSoak = process.env['SOAK'] === '1';
/** What is promised, times five where other suites run beside this one. */
const maxFreeMs = isSoak ? 200 : 1_000;

let server: TestInstance;
/** One connection for callers: what one leaves behind, the next would see. */
let reader: SourceReader;
let source: Source;

beforeAll(async () => {
  server = await startPostgres();
  await runSql(server.url, 'create sequence counter cache 10; create table kept (value int)');
  // IMMUTABLE, so that it is run as soon as possible.
  await runSql(
    server.url,
    `create function set_to_write() returns text immutable language plpgsql
      as $$ begin return set_config('transaction_read_only', 'off', false); end $$`,
  );
  reader = readSource(openPostgresSource({ name: 'one', url: server.url, maxConnections: 1 }));
  ({ source } = reader);
});
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
    expect(await listBusy(13_000)).toEqual([]);
    expect((await reader.read('select 1')).rows).toEqual([['1']]);
  });

  it('gives the rows it had', async () => {
    // A server sends rows by 8 KiB: those of this size are here before the deadline, however late it hears that it is to stop.
    const wide = `select i, pg_sleep(0.1), repeat('x', 5000) from generate_series(1, 100) i`;
    const page = await reader.read(wide, { timeoutMs: 1_500, maxBytes: 1_000_000 });
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
      expect(performance.now() - started).toBeLessThan(isSoak ? 100 : maxFreeMs);
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

/** Below the gate: what a statement could do if no parser stood in front. */
const run = async (...statements: readonly string[]) =>
  source.runScript(
    statements.map((sql) => ({ sql })),
    { signal: new AbortController().signal, timeoutMs: 5_000 },
  );

const one = async (sql: string): Promise<string | null | undefined> => (await run(sql))[0]?.rows[0]?.[0];

/** Leaves the transaction and its protection, as a statement that could do anything would. */
const escape = ['commit', 'set default_transaction_read_only = off'] as const;

const traces: readonly (readonly [string, readonly string[], string])[] = [
  ['a setting', [`set work_mem = '77MB'`], `current_setting('work_mem')`],
  ['a setting, committed', [...escape, `set work_mem = '77MB'`], `current_setting('work_mem')`],
  ['a setting by function', [...escape, `select set_config('work_mem', '77MB', false)`], `current_setting('work_mem')`],
  ['a limit that was lifted', [...escape, `set statement_timeout = 0`], `current_setting('statement_timeout')`],
  ['the value of a setting of its own', [...escape, `set trellis.note = 'mine'`], `coalesce(current_setting('trellis.note', true), '')`],
  ['a search path', [...escape, 'set search_path = pg_catalog'], `current_setting('search_path')`],
  ['a time zone', [...escape, `set time zone 'Asia/Tokyo'`], `current_setting('TimeZone')`],
  ['a role', [...escape, 'set role pg_monitor'], 'current_user::text'],
  ['a session user', [...escape, 'set session authorization pg_monitor'], 'session_user::text'],
  [
    'a mode of transactions',
    [...escape, 'set session characteristics as transaction read write'],
    `current_setting('transaction_read_only')`,
  ],
  ['the reset of all settings', ['reset all', 'commit', 'discard all'], `current_setting('default_transaction_read_only')`],
  ['a prepared statement', ['prepare mine as select 1'], `(select count(*) from pg_prepared_statements)::text`],
  [
    'an advisory lock',
    [...escape, 'select pg_advisory_lock(7)'],
    `(select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())::text`,
  ],
  ['a temporary table', [...escape, 'create temp table mine (a int)'], `coalesce(to_regclass('mine')::text, 'none')`],
  ['a channel listened to', [...escape, 'listen mine'], `(select count(*) from pg_listening_channels())::text`],
  ['a cursor', [...escape, 'declare mine cursor with hold for select 1'], `(select count(*) from pg_cursors where name = 'mine')::text`],
  ['a transaction that was left', ['commit', 'begin read write', 'select 1'], `current_setting('transaction_read_only')`],
];

describe('the next call on the same connection sees nothing of', () => {
  it.each(traces)('%s', async (_what, statements, probe) => {
    const look = async () => (await run(`select ${probe}, pg_backend_pid()`))[0]?.rows[0];
    for (let attempt = 1; ; attempt += 1) {
      const before = await look();
      await run(...statements);
      const after = await look();
      // A busy machine may not scrub in time: the connection is cut then, and the next call has another.
      if (after?.[1] !== before?.[1] && attempt < 20) continue;
      expect(after).toEqual(before);
      return;
    }
  });

  it('the numbers that a sequence gave', async () => {
    for (let attempt = 1; ; attempt += 1) {
      const pid = await one('select pg_backend_pid()');
      const [, , first] = await run(...escape, `select nextval('counter')`);
      await expect(run('select lastval()')).rejects.toMatchObject({ details: { sqlState: '55000' } });
      const [, , second] = await run(...escape, `select nextval('counter')`);
      // The ten that were cached for the session are gone with it.
      expect(Number(second?.rows[0]?.[0]) - Number(first?.rows[0]?.[0])).toBe(10);
      // A connection that was not scrubbed in time is cut, as above.
      if ((await one('select pg_backend_pid()')) === pid) return;
      expect(attempt).toBeLessThan(20);
    }
  });
});

describe('a session', () => {
  it('is as it must be', async () => {
    const names = ['transaction_read_only', 'transaction_isolation', 'standard_conforming_strings', 'client_encoding', 'statement_timeout'];
    expect((await run(`select ${names.map((name) => `current_setting('${name}')`).join(', ')}`))[0]?.rows).toEqual([
      ['on', 'repeatable read', 'on', 'UTF8', '15s'],
    ]);
  });

  it.each([
    ['writes nothing', ['insert into kept values (1)'], '25006'],
    ['cannot be made to write', ['set transaction read write', 'insert into kept values (1)'], '25001'],
    ['cannot be made to write by a setting', ['set transaction_read_only = off'], '25001'],
    ['does not write after a COMMIT either', ['commit', 'insert into kept values (1)'], '25006'],
    ['takes one statement at a time', ['select 1; select 2'], '42601'],
  ])('%s', async (_what, statements, sqlState) => {
    await expect(run(...statements)).rejects.toMatchObject({ details: { sqlState } });
    expect(await one('select count(*) from kept')).toBe('0');
  });

  it.each([
    ['cannot be made to write', `select set_config('transaction_read_only', 'off', false)`, '25001'],
    ['cannot be made to write while it is planned', `select 1 limit length(set_to_write())`, '25001'],
    ['takes nothing but a SELECT', 'set transaction read write', '42601'],
    ['takes one statement', 'select 1; select 2', '42601'],
  ])('of a page %s', async (_what, sql, sqlState) => {
    const page = source.readPage(
      { sql, params: [], kind: 'rows', offset: 0, maxRows: 10, maxBytes: 10_000, maxCell: 100 },
      { signal: new AbortController().signal, timeoutMs: 5_000 },
    );
    await expect(page).rejects.toMatchObject({ details: { sqlState } });
  });

  it('that a pooler stripped of its settings is not used', async () => {
    const plain = new Client({ connectionString: server.url });
    await plain.connect();
    const { verifySession, createSessionSettings } = await import('../src/postgres/session-settings.ts');
    await expect(verifySession(plain, createSessionSettings(1_000))).rejects.toMatchObject({
      code: 'UPSTREAM',
      retryable: false,
      details: { settings: expect.arrayContaining(['default_transaction_read_only', 'statement_timeout']) },
    });
    await plain.end();
  });
});
