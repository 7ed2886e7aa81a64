import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { openServerDatabase, type ServerDatabase } from './catalog-database.ts';
import { fixtureSql } from './catalog-fixture.ts';

let database: ServerDatabase;
let other: Client;
beforeAll(async () => {
  database = await openServerDatabase();
  await database.run(fixtureSql);
  other = new Client({ connectionString: database.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await database.close();
});

/** Looks again and again, until told to stop, how many of our sessions wait for a lock. */
function watchWaits(): () => Promise<number> {
  const waiting = `select count(*)::int as count from pg_locks join pg_stat_activity using (pid)
    where not granted and application_name = 'trellis-database'`;
  let isOver = false;
  const watch = async (): Promise<number> => {
    let count = 0;
    while (!isOver) count += (await other.query<{ count: number }>(waiting)).rows[0]?.count ?? 0;
    return count;
  };
  const watching = watch();
  return async () => {
    isOver = true;
    return watching;
  };
}

it('does not wait for locks: it says what is missing', async () => {
  await other.query('begin; lock table sales.accounts, sales.visits_old, sales.adults in access exclusive mode');
  const countWaits = watchWaits();
  const { describer, schema } = database.catalog;
  const locked = (await describer.describe('sales.accounts')).description;
  expect(locked.columns).toHaveLength(8);
  expect(locked.primaryKey).toEqual(['id']);
  expect(locked.notes).toEqual([expect.stringContaining('It is locked')]);
  expect((await describer.describe('sales.visits')).description).toMatchObject({ rows: 60 });
  expect((await describer.describe('sales.moods')).description).toMatchObject({ kind: 'materialized_view' });
  expect((await schema.search({ detail: 'full', limit: 50, pattern: 'sales.*' })).objects.length).toBeGreaterThan(5);
  expect(await countWaits()).toBe(0);
  await other.query('rollback');
  expect((await database.only().describer.describe('sales.accounts')).description).not.toHaveProperty('notes');
});

it('answers while objects come and go', async () => {
  let isOver = false;
  let rounds = 0;
  const churn = async (): Promise<void> => {
    for (; !isOver; rounds += 1) {
      await other.query(`create schema churn; create table churn.t (id int primary key default 1, n int check (n > 0) references churn.t);
        create view churn.v as select * from churn.t; create index on churn.t (n)`);
      // Whoever alters the schema never loses a deadlock with what reads it.
      await other.query('drop schema churn cascade');
    }
  };
  const churning = churn();
  const end = Date.now() + 2_000;
  for (let answers = 0; answers < 5 || rounds < 5 || Date.now() < end; answers += 1) {
    const { schema, describer } = database.only();
    await Promise.all([schema.search({ detail: 'full', limit: 50 }), describer.describe('sales.accounts')]);
  }
  isOver = true;
  await churning;
});
