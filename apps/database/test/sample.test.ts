import { afterAll, expect, it } from '@jest/globals';
import { shopSeed } from '../src/sample/build-sample.ts';
import { makeShopRows } from '../src/sample/shop-rows.ts';
import { openShop } from './open-shop.ts';

const shop = openShop();
afterAll(() => shop.close());

it('makes the same rows from the same seed', () => {
  expect(makeShopRows(7)).toEqual(makeShopRows(7));
  expect(makeShopRows(7)).not.toEqual(makeShopRows(8));
});

it.each(Object.entries<readonly object[]>({ ...makeShopRows(shopSeed) }))(
  'is shipped with the rows of its seed in %s',
  async (table, rows) => {
    const names = Object.keys(rows[0] ?? {});
    const key = table === 'order_items' ? 'order_id, line_no' : 'id';
    const shipped = await shop.rows(
      `select count(*)::int, md5(string_agg(row(${names.join(', ')})::text, ';' order by ${key}))
     from (select * from ${table}) t`,
    );
    const made = await shop.rows(
      `select count(*)::int, md5(string_agg(row(${names.map((name) => `t.${name}`).join(', ')})::text, ';' order by n))
     from rows from (jsonb_populate_recordset(null::${table}, $1::jsonb)) with ordinality t(${await columnList(table)}, n)`,
      [JSON.stringify(rows)],
    );
    expect(shipped).toEqual(made);
  },
);

async function columnList(table: string): Promise<string> {
  const [[list]] = (await shop.rows(
    `select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = '${table}'::regclass and attnum > 0`,
  )) as [[string]];
  return list;
}

it('has 5,000 to 10,000 rows', () => {
  const total = Object.values<readonly object[]>({ ...makeShopRows(shopSeed) }).reduce((sum, rows) => sum + rows.length, 0);
  expect(total).toBeGreaterThanOrEqual(5_000);
  expect(total).toBeLessThanOrEqual(10_000);
});

it('lacks one index, so that there is something to find', async () => {
  const [missing] = await shop.rows(`
    select c.conrelid::regclass::text, a.attname from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.conparentid = 0 and not exists (
      select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`);
  expect(missing).toEqual(['order_items', 'product_id']);
});
