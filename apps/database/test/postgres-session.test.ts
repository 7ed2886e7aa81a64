import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';

let server: TestInstance;
/** One connection for callers: what one leaves behind, the next would see. */
let source: Source;

beforeAll(async () => {
  server = await startPostgres();
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query('create sequence counter cache 10; create table kept (value int)');
  // IMMUTABLE, so that it is run as soon as possible.
  await client.query(`create function set_to_write() returns text immutable language plpgsql
    as $$ begin return set_config('transaction_read_only', 'off', false); end $$`);
  await client.end();
  source = openPostgresSource({ name: 'one', url: server.url, maxConnections: 1 });
}, 30_000);
afterAll(async () => {
  await source.close();
  await server.stop();
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
    const pid = await one('select pg_backend_pid()');
    const [, , first] = await run(...escape, `select nextval('counter')`);
    await expect(run('select lastval()')).rejects.toMatchObject({ details: { sqlState: '55000' } });
    const [, , second] = await run(...escape, `select nextval('counter')`);
    // The ten that were cached for the session are gone with it.
    expect(Number(second?.rows[0]?.[0]) - Number(first?.rows[0]?.[0])).toBe(10);
    expect(await one('select pg_backend_pid()')).toBe(pid);
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
