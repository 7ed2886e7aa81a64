/** The six layers between a caller's text and a database, by the letters of the table. */
export const layers = {
  a: 'login role that may only SELECT',
  b: 'READ ONLY transaction, rolled back',
  c: 'extended protocol',
  d: 'deadlines of the server',
  e: 'scrub of the session',
  f: 'gate over the parse tree',
} as const;

export type Layer = keyof typeof layers;

/** Something that a caller tries, in one call after the other, and how to see that it came to pass. */
export interface Harm {
  readonly what: string;
  readonly calls: readonly string[];
  /** What another session does in a transaction that stays open meanwhile. */
  readonly meanwhile?: string;
  /** SQL of the owner, true when it happened. `FILE_`, `VICTIM` and `PORT` stand for a path, another session and a port that listens. */
  readonly after?: string;
  /** SQL of the next call on the same connection, true when something was left there. */
  readonly inside?: string;
  /** How else it shows: an answer, a wait, a notification, a connection. */
  readonly shows?: 'answer' | 'wait' | 'notification' | 'connection';
  /** Layers that stop it, each without the others. */
  readonly stoppedBy: readonly Layer[];
}

const gone = `select not exists (select from order_items)`;
const written = `select exists (select from audit)`;

/** One for each way of doing harm; without any layer all of them do it. */
export const harms: readonly Harm[] = [
  { what: 'a DELETE', calls: [`delete from order_items`], after: gone, stoppedBy: ['a', 'b', 'f'] },
  { what: 'a DELETE in a WITH', calls: [`with x as (delete from order_items) select 1`], after: gone, stoppedBy: ['a', 'b', 'f'] },
  { what: 'a DELETE in DO', calls: [`do $$ begin delete from order_items; end $$`], after: gone, stoppedBy: ['a', 'b', 'f'] },
  { what: 'a DELETE in EXPLAIN ANALYZE', calls: [`explain analyze delete from order_items`], after: gone, stoppedBy: ['a', 'b', 'f'] },
  { what: 'a DELETE in a chain', calls: [`select 1; delete from order_items`], after: gone, stoppedBy: ['a', 'b', 'c', 'f'] },
  { what: 'a DELETE after COMMIT', calls: [`commit; delete from order_items`], after: gone, stoppedBy: ['a', 'c', 'f'] },
  {
    what: 'a DELETE after SET TRANSACTION',
    calls: [`set transaction read write; delete from order_items`],
    after: gone,
    stoppedBy: ['a', 'b', 'c', 'f'],
  },
  {
    what: 'a DELETE in the next call, after COMMIT and a setting',
    calls: [`commit`, `set default_transaction_read_only = off`, `delete from order_items`],
    after: gone,
    stoppedBy: ['a', 'b', 'f'],
  },
  {
    what: 'CREATE TABLE AS',
    calls: [`create table stolen as table customers`],
    after: `select to_regclass('stolen') is not null`,
    stoppedBy: ['a', 'b', 'f'],
  },
  { what: 'a VOLATILE function that writes', calls: [`select act()`], after: written, stoppedBy: ['a', 'b', 'f'] },
  { what: 'an operator that writes', calls: [`select 1 <~> 2`], after: written, stoppedBy: ['a', 'b', 'f'] },
  { what: 'an aggregate that writes', calls: [`select act_sum(id) from secrets`], after: written, stoppedBy: ['a', 'b', 'f'] },
  { what: 'a function that lies and writes', calls: [`select lie_stable()`], after: written, stoppedBy: ['a', 'b'] },
  { what: "a function that lies and writes with its owner's rights", calls: [`select lie_definer()`], after: written, stoppedBy: ['b'] },
  { what: 'a sequence moved', calls: [`select nextval('tickets')`], after: `select is_called from tickets`, stoppedBy: ['a', 'b', 'f'] },
  {
    what: 'a large object made',
    calls: [`select lo_from_bytea(0, 'x')`],
    after: `select exists (select from pg_largeobject_metadata)`,
    stoppedBy: ['b', 'f'],
  },
  {
    what: 'a setting of the role kept for later sessions',
    calls: [`alter role current_user set work_mem = '1GB'`],
    after: `select exists (select from pg_db_role_setting)`,
    stoppedBy: ['b', 'f'],
  },
  { what: 'a notification', calls: [`select pg_notify('orders', 'x')`], shows: 'notification', stoppedBy: ['b', 'f'] },
  {
    what: 'a setting left in the session',
    calls: [`select set_config('work_mem', '1GB', false)`],
    inside: `select current_setting('work_mem') = '1GB'`,
    stoppedBy: ['b', 'e', 'f'],
  },
  {
    what: 'a setting left by a view',
    calls: [`select * from view_setting`],
    inside: `select current_setting('work_mem') = '1GB'`,
    stoppedBy: ['b', 'e', 'f'],
  },
  {
    what: 'a lock left in the session',
    calls: [`select pg_advisory_lock(4711)`],
    inside: `select exists (select from pg_locks where objid = 4711)`,
    stoppedBy: ['e', 'f'],
  },
  {
    what: 'a lock left by a function that lies',
    calls: [`select lie_run('select pg_advisory_lock(4711)')`],
    inside: `select exists (select from pg_locks where objid = 4711)`,
    stoppedBy: ['e'],
  },
  {
    what: 'a prepared statement left in the session',
    calls: [`prepare p as select 1`],
    inside: `select exists (select from pg_prepared_statements where name = 'p')`,
    stoppedBy: ['e', 'f'],
  },
  {
    what: 'a cursor left in the session',
    calls: [`declare c cursor with hold for select 1`],
    inside: `select exists (select from pg_cursors where name = 'c')`,
    stoppedBy: ['b', 'e', 'f'],
  },
  {
    what: 'a temporary table left in the session',
    calls: [`create temporary table t (a int)`],
    inside: `select to_regclass('pg_temp.t') is not null`,
    stoppedBy: ['b', 'e', 'f'],
  },
  {
    what: 'LISTEN left in the session',
    calls: [`listen orders`],
    inside: `select exists (select from pg_listening_channels())`,
    stoppedBy: ['b', 'e', 'f'],
  },
  {
    what: 'a seed left in the session',
    calls: [`select setseed(0.5)`],
    inside: `select random() = (select random() from (select setseed(0.5)) x)`,
    stoppedBy: ['f'],
  },
  { what: 'a file read', calls: [`select pg_read_file('PG_VERSION')`], shows: 'answer', stoppedBy: ['a', 'f'] },
  { what: 'password hashes read', calls: [`select rolpassword from pg_authid`], shows: 'answer', stoppedBy: ['a', 'f'] },
  { what: 'a table read that was not granted', calls: [`table private_rows`], shows: 'answer', stoppedBy: ['a'] },
  {
    what: 'a file written',
    calls: [`copy secrets to 'FILE_copied'`],
    after: `select (pg_stat_file('FILE_copied', true)).size is not null`,
    stoppedBy: ['a', 'f'],
  },
  {
    what: 'a program run',
    calls: [`copy secrets to program 'cat > FILE_program'`],
    after: `select (pg_stat_file('FILE_program', true)).size is not null`,
    stoppedBy: ['a', 'f'],
  },
  {
    what: 'a connection opened',
    calls: [`select * from dblink('host=127.0.0.1 port=PORT user=x password=x', 'select 1') as t (a int)`],
    shows: 'connection',
    stoppedBy: ['f'],
  },
  {
    what: 'another session ended',
    // It waits for the end, so that the look after it sees it.
    calls: [`select pg_terminate_backend(VICTIM, 5000)`],
    after: `select not exists (select from pg_stat_activity where pid = VICTIM)`,
    stoppedBy: ['a', 'f'],
  },
  { what: 'a sleep', calls: [`select pg_sleep(3)`], shows: 'wait', stoppedBy: ['d', 'f'] },
  {
    what: 'a sleep, after the deadline was lifted',
    calls: [`set statement_timeout = 0`, `select pg_sleep(3)`],
    shows: 'wait',
    stoppedBy: ['f'],
  },
  {
    what: 'a statement that never ends',
    calls: [`select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b`],
    shows: 'wait',
    stoppedBy: ['d'],
  },
  { what: 'a wait for a lock of somebody', calls: [`table indexed`], meanwhile: `lock table indexed`, shows: 'wait', stoppedBy: ['d'] },
];
