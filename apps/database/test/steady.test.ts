import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openServerDatabase, type ServerDatabase } from './catalog-database.ts';

const setup = `
  create table orders (id int primary key, placed timestamptz, amount numeric, note text, version text);
  create table parts (id int, at date) partition by range (id);
  create table parts_1 partition of parts for values from (0) to (9);
  create materialized view sums as select count(*) as n, now() as made from orders;
  create view plain as select id, date_trunc('month', placed) as month, amount::text || 'x' as shown from orders where amount > 1;
  create view plain_twice as select * from plain join parts using (id);
  create view week as select id from orders where placed + interval '7 days' > date '2026-01-01' and placed::date < '2026-02-01'::timestamptz;
  create view clock as select id from orders where placed < now();
  create view today as select id from orders where placed::date < current_date;
  create view who as select id from orders where note = current_user;
  create view deep as select plain.id from plain, lateral (select random() as r) x;
  create view sampled as select id from orders tablesample bernoulli (50);
  create view stats as select relname from pg_stat_user_tables;
  create view over_clock as select * from clock;
  create function own_stable(int) returns timestamptz language sql stable as 'select now() - $1 * interval ''1 day''';
  create function own_immutable(int) returns int language sql immutable as 'select $1 + 1';
  create function own_steps(timestamptz, int) returns timestamptz language sql stable as 'select now()';
  create aggregate own_latest(int) (sfunc = own_steps, stype = timestamptz);
  create function to_char(orders) returns text language sql stable as 'select now()::text';
  create view own_shadow as select to_char(orders) from orders;
  create view own_called as select own_stable(id) from orders;
  create view own_harmless as select own_immutable(id) from orders;
  create table secured (id int, owner text);
  alter table secured enable row level security;
  create policy mine on secured using (owner = current_user);
  create table timed (id int, until timestamptz);
  alter table timed enable row level security;
  create policy valid on timed using (until > now());
  create table shared_rows (id int, is_public boolean);
  alter table shared_rows enable row level security;
  create policy open on shared_rows using (is_public);
  create sequence counter;
`;

const steady: [sql: string, what: string][] = [
  ['select 1', 'a constant'],
  ['select id, amount from orders where note like $1 order by id', 'a table'],
  ['select count(*), sum(amount), avg(amount), max(placed) from orders group by note', 'aggregates'],
  ["select date_trunc('month', placed), extract(year from placed), coalesce(note, '-') from orders", 'times of rows'],
  ['select json_agg(o), array_agg(id) from orders o', 'rows as JSON'],
  ['select row_number() over (order by id), lower(note), length(note) from orders', 'windows and text'],
  ["select placed at time zone 'UTC', placed::date from orders where placed >= '2026-01-01'", 'a date'],
  ['with x as (select * from plain) select * from x join parts using (id)', 'views and partitions'],
  ['table plain_twice', 'a view of a view'],
  ['table week', 'a view that compares times'],
  ['table sums', 'a materialized view, whose clock stood still'],
  ['table shared_rows', 'a policy on rows alone'],
  ['table own_harmless', 'an IMMUTABLE function of its own'],
  ['select own_immutable(id), id::text from orders', 'the same, called'],
  ['select g from generate_series(1, 9) g', 'a series'],
];

const passing: [sql: string, what: string][] = [
  ['select now()', 'a clock'],
  ['select clock_timestamp()', 'a clock that moves'],
  ['select current_date', 'a clock by a keyword'],
  ['select localtimestamp(0)', 'the same with a precision'],
  ['select current_user', 'a session by a keyword'],
  ['select current_schema', 'the search path'],
  ["select current_setting('TimeZone')", 'a setting'],
  ['select random()', 'chance'],
  ['select gen_random_uuid()', 'chance'],
  ['select id from orders tablesample system (10)', 'chance by syntax'],
  ['select age(placed) from orders', 'age counts from today'],
  ['select (placed).age from orders', 'the same after a dot'],
  ["select * from orders where placed > 'yesterday'", 'a text that is a time'],
  ["select timestamp 'Now'", 'the same as a typed constant'],
  ["select ' tomorrow'::date", 'the same as a cast'],
  ['select * from pg_stat_activity', 'state of the server'],
  ['select relname from pg_class', 'a catalogue'],
  ["select pg_relation_size('orders')", 'a size'],
  ["select to_regclass('orders')", 'a look at the catalogue'],
  ['select version()', 'the server'],
  ["select nextval('counter')", 'refused anyway'],
  ['explain select 1', 'a plan'],
  ['show timezone', 'a setting'],
  ['table clock', 'a view with a clock'],
  ['table today', 'a view with a keyword'],
  ['table who', 'a view with the user'],
  ['table deep', 'a view with chance, deep'],
  ['table sampled', 'a view with a sample'],
  ['table stats', 'a view of statistics'],
  ['table over_clock', 'a view of a view with a clock'],
  ['table own_shadow', 'a view that calls a STABLE function with a name of the server'],
  ["select E'to\\x64ay'::date, U&'\\006eow'::date", 'a time in escapes'],
  ['table own_called', 'a view that calls a STABLE function of its own'],
  ['select own_stable(id) from orders', 'the same, called'],
  ['select own_latest(id) from orders', 'an aggregate of its own that looks at the clock'],
  ['select to_char(orders) from orders', 'a function that shares a name of the server'],
  ['select orders.to_char from orders', 'the same after a dot'],
  ['table secured', 'a policy with the user'],
  ['table timed', 'a policy with the clock'],
  ['select * from (select 1 from orders where exists (select from clock)) x', 'deep inside'],
  ['table nowhere', 'nothing that is known'],
];

let database: ServerDatabase;
beforeAll(async () => {
  database = await openServerDatabase();
  await database.run(setup);
});
afterAll(async () => database.close());

async function isSteady(sql: string): Promise<boolean | undefined> {
  const verdict = await database.source.gate.check(sql);
  return verdict.ok ? verdict.statement.steady : undefined;
}

describe('a statement gives the same until rows change', () => {
  it.each(steady)('%s: %s', async (sql) => {
    expect(await isSteady(sql)).toBe(true);
  });
});

describe('a statement may give something else at any time', () => {
  it.each(passing)('%s: %s', async (sql) => {
    expect(await isSteady(sql)).not.toBe(true);
  });
});
