import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { reportPlan, type PlanReport } from '../src/plans/report-plan.ts';
import { maxPlanText } from '../src/plans/render-plan.ts';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';

const settings = { work_mem: '64kB', max_parallel_workers_per_gather: '0', jit: 'off' };
const postgres = await startPostgres({ settings });
const source = openPostgresSource({ name: 'plans', url: postgres.url });
const hostileName = 'Or"ders\n-> Seq Scan on x (rows 1)\u202e';

beforeAll(async () => {
  const hostile = Client.prototype.escapeIdentifier(hostileName);
  await run(`
    create table readings (id int primary key, sensor int not null, kind int not null, value float8 not null, note text);
    insert into readings select i, i % 100, i % 100, i, repeat('x', 50) from generate_series(1, 60000) i;
    create table sensors (id int primary key, name text);
    insert into sensors select i, 'sensor ' || i from generate_series(0, 99) i;
    create table unknown_size (id int);
    insert into unknown_size select generate_series(1, 100);
    alter table unknown_size set (autovacuum_enabled = off);
    create table ${hostile} (id int, "a b" int);
    insert into ${hostile} select i, i from generate_series(1, 20000) i`);
  // Another session: what one wrote is counted when it ends.
  await run(`vacuum analyze readings, sensors, ${hostile}`);
});
afterAll(async () => {
  await source.close();
  await postgres.stop();
});

async function run(sql: string): Promise<void> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function explain(sql: string, analyze = false, timeoutMs = 15_000): Promise<PlanReport> {
  return reportPlan(source, { sql, params: undefined, analyze }, { signal: new AbortController().signal, timeoutMs });
}

describe('warnings', () => {
  it.each([
    ['a scan that keeps little, before it is run', 'select * from readings where value = 7', false, 'advise_indexes'],
    ['a scan that keeps little', 'select * from readings where value = 7', true, 'reads 60,000 rows to keep 1'],
    ['a sort on disk', 'select * from readings order by note, value', true, 'to disk'],
    ['a hash table on disk', 'select count(*) from readings a join readings b on a.value = b.value', true, 'work_mem'],
    [
      'a table read again and again',
      'select count(*) from readings r join sensors s on r.value < s.id * 100',
      true,
      'times, by a nested loop',
    ],
    [
      'a subquery for each row',
      'select (select min(id) from readings where sensor = s.id) from sensors s, sensors t where t.id < 20',
      true,
      'once for each row',
    ],
    ['a table without statistics', 'select * from unknown_size', false, 'ANALYZE unknown_size'],
    ['an OFFSET that reads much', 'select * from readings order by id offset 50000 limit 5', true, 'last key'],
    ['pairs of rows dropped', 'select count(*) from sensors a join readings b on a.id + b.kind = 500 and b.id < 5000', true, 'index'],
  ])('tell of %s', async (_what, sql, analyze, text) => {
    expect((await explain(sql, analyze)).warnings.join('\n')).toContain(text);
  });

  it('are not given for what is fine', async () => {
    expect((await explain('select * from readings where id = 7', true)).warnings).toEqual([]);
    expect((await explain('select count(*) from readings', true)).warnings).toEqual([]);
  });
});

describe('estimate errors', () => {
  it('name the node where the planner went wrong', async () => {
    const { estimateErrors } = await explain('select * from readings where sensor = 7 and kind = 7', true);
    expect(estimateErrors).toMatchObject([{ node: 'Seq Scan on readings', actual: 600, factor: expect.any(Number) }]);
    expect(estimateErrors?.[0]?.factor).toBeGreaterThan(50);
  });

  it('do not blame a scan that a LIMIT stops', async () => {
    expect((await explain('select * from readings limit 3', true)).estimateErrors).toEqual([]);
  });
});

describe('a plan that is hostile', () => {
  it('keeps names on their line', async () => {
    const name = Client.prototype.escapeIdentifier(hostileName);
    const { plan, worstNodes, warnings } = await explain(`select * from ${name} where "a b" = 3`, true);
    expect(plan.split('\n')).toHaveLength(2);
    expect(plan).toContain(String.raw`on "Or""ders -> Seq Scan on x (rows 1)\u{202e}"`);
    expect(JSON.stringify([worstNodes, warnings])).not.toContain('\u202e');
  });

  it('is cut when it is wide', async () => {
    const wide = Array.from({ length: 1_000 }, (_, index) => `select id from readings where id=${String(index)}`).join(' union all ');
    const report = await explain(wide);
    expect(report.plan.length).toBeLessThanOrEqual(maxPlanText);
    expect(report.plan).toMatch(/\.\.\. \d+ more below/);
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(40_000);
  });

  it('is cut when it is deep', async () => {
    const joins = Array.from({ length: 120 }, (_, index) => `left join sensors s${String(index)} on s${String(index)}.name = r.note`);
    const report = await explain(`select r.* from readings r ${joins.join(' ')}`);
    expect(report.plan.length).toBeLessThanOrEqual(maxPlanText);
    expect(report.plan).toMatch(/\.\.\. \d+ more below/);
    expect(report.worstNodes.length).toBeLessThanOrEqual(5);
  });

  it('has long expressions cut', async () => {
    const list = Array.from({ length: 9_000 }, (_, index) => String(index)).join(',');
    const report = await explain(`select * from readings where sensor in (${list})`);
    expect(JSON.stringify(report).length).toBeLessThan(4_000);
  });
});

it('stops at the deadline, and says what to try', async () => {
  const slow = explain('select count(*) from readings a, readings b', true, 300);
  await expect(slow).rejects.toMatchObject({ code: 'TIMEOUT', hint: expect.stringContaining('without analyze') });
});

it('leaves neither a prepared statement nor a setting behind', async () => {
  await explain('select * from readings where id = $1');
  const seen = await source.runScript([{ sql: 'select count(*) from pg_prepared_statements' }, { sql: 'show plan_cache_mode' }], {
    signal: new AbortController().signal,
    timeoutMs: 5_000,
  });
  expect(seen.map(({ rows }) => rows[0]?.[0])).toEqual(['0', 'auto']);
});
