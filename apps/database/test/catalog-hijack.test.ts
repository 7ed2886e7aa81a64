import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { adviseIndexes } from '../src/advice/advise-indexes.ts';
import { checkNames } from '../src/health-checks/check-names.ts';
import { healthChecks } from '../src/health-checks/health-checks.ts';
import { loadGrantFacts } from '../src/role/load-grant-facts.ts';
import { loadRoleReport } from '../src/role/load-role-report.ts';
import { reportPlan } from '../src/plans/report-plan.ts';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { createParser } from '../src/sql/parser.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { traps } from './hijack-traps.ts';
import { asRole, openCatalog, runSql, type OpenCatalog } from './open-catalog.ts';

/** Something to be found by each check. */
const causes = `
  create role plain login password 'pw'; grant pg_monitor to plain;
  create table parents (id int primary key); insert into parents select generate_series(1, 20);
  create table children (id serial primary key, parent int references parents, note text);
  insert into children (parent) select 1 + i % 20 from generate_series(1, 12000) i;
  create index on children (note); create index on children (note); create index on children (note, id);
  select setval('children_id_seq', 2000000000); alter table children add constraint positive check (id > 0) not valid;
  grant insert, update (note) on children to plain; alter table parents owner to plain`;

let postgres: TestInstance;
beforeAll(async () => {
  postgres = await startPostgres();
  await runSql(postgres.url, causes);
  await runSql(postgres.url, traps);
});
afterAll(() => postgres.stop());

async function withCatalogs(run: (catalog: OpenCatalog) => Promise<void>): Promise<void> {
  for (const url of [postgres.url, asRole(postgres.url, 'plain', 'pw')]) {
    const catalog = openCatalog(url);
    try {
      await run(catalog);
    } finally {
      await catalog.close();
    }
  }
}

it('is set: a careless query is taken over', async () => {
  await expect(runSql(postgres.url, 'select from pg_catalog.pg_class where oid = 0')).rejects.toThrow('hijacked');
});

it.each(checkNames)('does not catch the check %s', async (name) => {
  await withCatalogs(async (catalog) => {
    const db = await catalog.loadCatalog();
    for (const tables of [undefined, readTableAllowList(['children', 'public.*'])]) {
      const options = { source: { engine: 'postgres', ...catalog }, db, tables, longTransactionMs: 0 } as const;
      await expect(healthChecks[name](options)).resolves.toHaveProperty('findings');
    }
  });
});

it('does not catch the report on a role, nor what print-role asks', async () => {
  await withCatalogs(async (catalog) => {
    const report = await loadRoleReport(catalog, { tables: readTableAllowList(['children', 'nope', 'nix.*']) });
    expect(report.findings.length).toBeGreaterThan(0);
    const facts = await loadGrantFacts(await catalog.loadCatalog(), { role: 'plain', items: ['public.children'] });
    expect(facts).toMatchObject({ hasRole: true, relations: new Set(['public.children']) });
  });
});

it('does not catch what the gate, types, plans and advice are made from', async () => {
  const source = openPostgresSource({ name: 'trapped', url: postgres.url });
  const options = { signal: new AbortController().signal, timeoutMs: 5_000 };
  try {
    const sql = 'select lower(c.note) from children c join parents p on p.id = c.parent where c.parent = 5';
    expect(await source.gate.check(sql)).toMatchObject({ ok: true });
    expect((await source.loadTypes()).get(23)?.name).toBe('integer');
    expect(await reportPlan(source, { sql, params: [], analyze: false }, options)).toHaveProperty('plan');
    const context = { source, parser: createParser(), tables: undefined, options, progress: () => undefined };
    expect((await adviseIndexes([sql], context)).advice).toMatchObject([{ createSql: expect.stringContaining('children (parent)') }]);
  } finally {
    await source.close();
  }
});
