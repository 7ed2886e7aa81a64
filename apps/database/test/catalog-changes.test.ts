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

it('does not wait for locks: it says what is missing', async () => {
  await other.query('begin; lock table sales.accounts, sales.visits_old, sales.adults in access exclusive mode');
  const started = performance.now();
  const { describer, schema } = database.catalog;
  const locked = (await describer.describe('sales.accounts')).description;
  expect(locked.columns).toHaveLength(8);
  expect(locked.primaryKey).toEqual(['id']);
  expect(locked.notes).toEqual([expect.stringContaining('It is locked')]);
  expect((await describer.describe('sales.visits')).description).toMatchObject({ rows: 60 });
  expect((await describer.describe('sales.moods')).description).toMatchObject({ kind: 'materialized_view' });
  expect((await schema.search({ detail: 'full', limit: 50, pattern: 'sales.*' })).objects.length).toBeGreaterThan(5);
  expect(performance.now() - started).toBeLessThan(4_000);
  await other.query('rollback');
  expect((await database.only().describer.describe('sales.accounts')).description).not.toHaveProperty('notes');
});

it('answers while objects come and go', async () => {
  let isOver = false;
  const churn = async (): Promise<number> => {
    let rounds = 0;
    for (; !isOver; rounds += 1) {
      await other.query(`create schema churn; create table churn.t (id int primary key default 1, n int check (n > 0) references churn.t);
        create view churn.v as select * from churn.t; create index on churn.t (n)`);
      await other.query('drop schema churn cascade');
    }
    return rounds;
  };
  const churning = churn();
  let answers = 0;
  for (const end = Date.now() + 2_000; Date.now() < end; answers += 1) {
    const { schema, describer } = database.only();
    await Promise.all([schema.search({ detail: 'full', limit: 50 }), describer.describe('sales.accounts')]);
  }
  isOver = true;
  expect(await churning).toBeGreaterThan(3);
  expect(answers).toBeGreaterThan(3);
});
