import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attacks } from './attack-table.ts';
import { legitimate } from './legitimate-table.ts';
import { openShop } from './open-shop.ts';

const shop = openShop();
afterAll(() => shop.close());

/** Everything that a statement could have changed: rows, objects, settings, and what a session keeps. */
async function takeInventory(): Promise<unknown> {
  const rows = await shop.rows(`
    select (select count(*) from customers), (select sum(price) from products), (select sum(quantity) from order_items),
      (select count(*) from events), (select count(*) from orders), (select sum(revenue) from monthly_revenue),
      (select string_agg(relname, ',' order by relname) from pg_class), (select count(*) from pg_proc),
      (select string_agg(name || '=' || setting, ',' order by name) from pg_settings
       where name not in ('transaction_read_only', 'role')),
      (select count(*) from pg_prepared_statements where name <> ''), (select count(*) from pg_cursors where name <> 'trellis_page'),
      (select count(*) from pg_locks where locktype in ('advisory', 'object')), (select count(*) from pg_listening_channels()),
      (select last_value from orders_id_seq), (select string_agg(rolname, ',' order by rolname) from pg_roles)`);
  return rows[0];
}

describe('statements that try to do more than read', () => {
  let before: unknown;
  beforeAll(async () => {
    before = await takeInventory();
  });

  it('has at least 60 of them, each once', () => {
    expect(new Set(attacks.map(([sql]) => sql)).size).toBe(attacks.length);
    expect(attacks.length).toBeGreaterThanOrEqual(60);
  });

  it.each(attacks.map(([sql, reason, why]) => [why, sql.length > 100 ? `${sql.slice(0, 100)}...` : sql, reason, sql] as const))(
    '%s: %s',
    async (_why, _shown, reason, sql) => {
      expect(await shop.source.gate.check(sql)).toMatchObject({ ok: false, reason });
    },
  );

  it('leave everything as it was', async () => {
    expect(await takeInventory()).toEqual(before);
  });
});

describe('without the gate', () => {
  let before: unknown;
  beforeAll(async () => {
    before = await takeInventory();
  });

  /** What the transaction, the role and the extended protocol stop by themselves. COPY TO PROGRAM is left out: it hangs the engine. */
  const survivors = attacks.filter(([sql, reason]) => (reason === 'statement' || reason === 'many-statements') && !/program/i.test(sql));

  it.each(survivors.map(([sql]) => [sql]))('a cursor takes no other statement: %s', async (sql) => {
    await expect(shop.read(sql, { timeoutMs: 10_000 })).rejects.toMatchObject({ code: expect.stringMatching(/^(INVALID_INPUT|DENIED)$/) });
  });

  it.each([
    [`insert into products (sku, name, category, price) values ('x', 'x', 'x', 1)`, 'DENIED'],
    [`create table t (a int)`, 'DENIED'],
    [`select nextval('orders_id_seq')`, 'DENIED'],
    [`select pg_read_file('postgresql.conf')`, 'DENIED'],
    [`select lo_from_bytea(0, 'x')`, 'DENIED'],
    [`select 1; select 2`, 'INVALID_INPUT'],
  ])('the transaction and the role refuse %s', async (sql, code) => {
    await expect(shop.read(sql, { kind: 'report' })).rejects.toMatchObject({ code });
  });

  it.each([
    [`set role postgres`],
    [`set work_mem = '1GB'`],
    [`select set_config('work_mem', '1GB', false)`],
    [`select pg_advisory_lock(42)`],
    [`prepare p as select 1`],
    [`listen orders`],
    [`commit`],
  ])('the scrub leaves nothing of %s', async (sql) => {
    await shop.read(sql, { kind: 'report' });
    expect(await takeInventory()).toEqual(before);
  });

  it('leave everything as it was', async () => {
    expect(await takeInventory()).toEqual(before);
  });
});

describe('statements that only read', () => {
  it('has at least 40 of them', () => {
    expect(legitimate.length).toBeGreaterThanOrEqual(40);
  });

  it.each(legitimate.map(([sql, ...params]) => [sql, params] as const))('%s', async (sql, params) => {
    await expect(shop.rows(sql, params)).resolves.toBeInstanceOf(Array);
  });
});
