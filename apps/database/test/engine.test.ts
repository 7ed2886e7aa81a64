import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { openShop } from './open-shop.ts';

const shop = openShop();
afterAll(() => shop.close());

const runaways = [
  ['a cross join', 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b'],
  ['an endless recursion', 'with recursive n (i) as (select 1 union all select i + 1 from n) select sum(i::float8) from n'],
  ['an endless sort', 'select * from generate_series(1, 100000000) a order by a desc'],
  ['a slow regular expression', `select repeat('a', 3000) ~ '^(a*)*(a*)*(a*)*b$' from generate_series(1, 100000000)`],
] as const;

describe('a runaway statement', () => {
  it.each(runaways)('is stopped at its deadline: %s', async (_what, sql) => {
    const error = shop.read(sql, { timeoutMs: 300 });
    await expect(error).rejects.toMatchObject({ code: 'TIMEOUT', details: { timeoutMs: 300 } });
    expect(await shop.rows('select count(*) from customers')).toEqual([['500']]);
  });

  it('gives the rows it had', async () => {
    const slow = `select i, (select count(*) from generate_series(1, case when i < 30 then 1 else 300000000 end))
      from generate_series(1, 100) i`;
    const page = await shop.read(slow, { timeoutMs: 1_500 });
    expect(page).toMatchObject({ cutBy: 'time', more: true });
    expect(page.rows.length).toBeGreaterThanOrEqual(4);
    expect(page.digest).toBeDefined();
  });
});

describe('a script', () => {
  const run = async (...statements: readonly (readonly [string, ...string[]])[]) =>
    shop.source.runScript(
      statements.map(([sql, ...params]) => ({ sql, params })),
      { signal: new AbortController().signal, timeoutMs: 5_000 },
    );

  it('runs in one transaction and gives the text of each answer', async () => {
    const results = await run(
      ['prepare p as select id from customers where id = $1'],
      [`select parameter_types::text from pg_prepared_statements where name = 'p'`],
      ['explain (format json) execute p(1)'],
    );
    expect(results[1]?.rows).toEqual([['{integer}']]);
    expect(results[2]?.rows[0]?.[0]).toContain('"Plan"');
    expect(await shop.rows(`select count(*) from pg_prepared_statements where name = 'p'`)).toEqual([['0']]);
  });

  it('cannot write', async () => {
    await expect(run(['select 1'], ['delete from events'])).rejects.toMatchObject({ code: 'DENIED' });
  });
});

describe('a caller that goes away', () => {
  it('is answered at once, and the thread is free soon after', async () => {
    await shop.rows('select 1');
    const gone = new AbortController();
    const call = shop.read(runaways[0][1], { signal: gone.signal });
    await sleep(200);
    const started = performance.now();
    gone.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    // Five times what is promised, where other suites run beside this one.
    expect(performance.now() - started).toBeLessThan(1_000);
    await until(() => !shop.engine.isRunning());
    expect(await shop.rows('select 1')).toEqual([[1]]);
  });

  it('does not stop the thread for a statement that ends by itself', async () => {
    await shop.rows('select 1');
    const gone = new AbortController();
    const call = shop.read('select 2', { signal: gone.signal });
    gone.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await sleep(50);
    expect(shop.engine.isRunning()).toBe(true);
  });

  it('does not run what the start was for', async () => {
    const starting = openShop();
    const gone = new AbortController();
    const call = starting.read(runaways[0][1], { signal: gone.signal });
    await sleep(20);
    gone.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await starting.rows('select 1')).toEqual([[1]]);
    await starting.close();
  });

  it('does not run what still waits', async () => {
    const gone = new AbortController();
    const first = shop.read('select count(*) from generate_series(1, 500000)');
    const second = shop.read('select 2', { signal: gone.signal });
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await first).rows).toEqual([['500000']]);
  });
});

describe('an engine', () => {
  it('starts only for a job, and only once for many', async () => {
    const lazy = openShop();
    expect(lazy.engine.isRunning()).toBe(false);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => lazy.rows(`select ${String(index)}`)));
    expect(answers.flat(2)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await lazy.close();
    expect(lazy.engine.isRunning()).toBe(false);
    await expect(lazy.rows('select 1')).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('closes at once while it starts', async () => {
    const starting = openShop();
    const call = starting.read('select 1');
    const outcome = expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^(UPSTREAM|CANCELLED)$/) });
    await sleep(50);
    const started = performance.now();
    await starting.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    await outcome;
  });

  it('refuses more waiting jobs than it may hold', async () => {
    const small = openShop({ maxWaiting: 2 });
    const jobs = await Promise.allSettled([1, 2, 3].map((value) => small.read(`select ${String(value)}`)));
    expect(jobs.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(jobs[2]).toMatchObject({ reason: { code: 'LIMIT', retryable: true } });
    await small.close();
  });

  it('says so when it cannot start, and tries again', async () => {
    const missing = openShop({ sample: new URL('no-such.tar.gz', import.meta.url).href });
    await expect(missing.read('select 1')).rejects.toMatchObject({ code: 'UPSTREAM' });
    await expect(missing.read('select 1')).rejects.toMatchObject({ code: 'UPSTREAM' });
    await missing.close();
  });

  it('comes back after a statement that breaks it', async () => {
    const deep = `select 1${'+1'.repeat(6_000)}`;
    // Whether it does depends on the stack of the machine.
    const [outcome] = await Promise.allSettled([shop.read(deep)]);
    expect(outcome).toMatchObject(outcome.status === 'fulfilled' ? {} : { reason: { code: expect.stringMatching(/^(LIMIT|UPSTREAM)$/) } });
    expect(await shop.rows('select 1')).toEqual([[1]]);
  });
});

describe('large results', () => {
  it('cuts a cell of 50 MB to its start', async () => {
    const { rows, cutBy } = await shop.read(`select repeat('x', 50000000)`);
    expect(rows).toEqual([[{ start: 'x'.repeat(8_000), length: 50_000_000 }]]);
    expect(cutBy).toBeUndefined();
  });

  it('reads the first page of a million rows without the rest', async () => {
    const { rows, cutBy } = await shop.read('select i, md5(i::text) from generate_series(1, 1000000) i');
    expect(rows).toHaveLength(500);
    expect(cutBy).toBe('rows');
  });

  it('refuses 1,600 columns that no page holds, and reads them where it does', async () => {
    const wide = `select ${Array.from({ length: 1_600 }, (_, index) => `${String(index)} as column_${String(index)}`).join(', ')}`;
    await expect(shop.read(wide)).rejects.toMatchObject({ code: 'LIMIT', details: { columns: 1_600 } });
    const { rows } = await shop.read(wide, { maxBytes: 400_000 });
    expect(rows[0]).toHaveLength(1_600);
  });

  it('cuts every value of a wide row shorter', async () => {
    const { rows } = await shop.read(`select ${Array.from({ length: 500 }, () => `repeat('x', 10000)`).join(', ')}`);
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(65_536);
  });
});
