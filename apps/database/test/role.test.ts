import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { loadRoleReport, type RoleReport } from '../src/role/load-role-report.ts';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { asRole, openCatalog, runSql } from './open-catalog.ts';

/** A database with something to have rights on; `"we""ird\n"` has a name that no line of SQL may trip over. */
const objects = `
  create schema app;
  create table orders (id int, note text);
  create table app.secrets (id int);
  create table "we""ird
;drop table orders; --" (id int);
  create view totals as select count(*) from orders;
  create sequence numbers;
  create role writers; create role chiefs superuser;
  create foreign data wrapper wrapper; create server elsewhere foreign data wrapper wrapper;
  create extension dblink;
  revoke execute on all functions in schema public from public;
  select lo_create(4711);
  grant select on orders to public`;

const bounded = (role: string): string =>
  `alter role ${role} set default_transaction_read_only = on; alter role ${role} set statement_timeout = '5s';
   alter role ${role} set lock_timeout = '1s'; alter role ${role} set idle_in_transaction_session_timeout = '9s';
   alter role ${role} connection limit 5;`;

let postgres: TestInstance;
beforeAll(async () => {
  postgres = await startPostgres();
  await runSql(postgres.url, objects);
});
afterAll(() => postgres.stop());

let count = 0;

/** A role that may read and is bounded, changed by `sql`, in which `@` stands for it. */
async function makeRole(sql: string): Promise<string> {
  count += 1;
  const role = `role_${String(count)}`;
  await runSql(postgres.url, `create role ${role} login password 'pw'; grant usage on schema public to ${role}; ${bounded(role)}`);
  await runSql(postgres.url, sql.replaceAll('@', role));
  return role;
}

async function reportOf(role: string, tables: readonly string[] = []): Promise<RoleReport> {
  const catalog = openCatalog(asRole(postgres.url, role, 'pw'));
  try {
    return await loadRoleReport(catalog, { tables: readTableAllowList(tables) });
  } finally {
    await catalog.close();
  }
}

it('finds nothing wrong with a role that may connect and read', async () => {
  expect(await reportOf(await makeRole('select 1'))).toEqual({ role: expect.any(String), findings: [], isDangerous: false });
});

/** What a role may do, how bad that is, what is said; all but the last are put right by the SQL of their finding. */
const dangers: readonly (readonly [sql: string, evidence: RegExp])[] = [
  ['alter role @ superuser', /is a superuser/],
  ['grant chiefs to @', /may become "chiefs", which is a superuser/],
  ['alter role @ noinherit; create role mid_@; grant chiefs to mid_@; grant mid_@ to @', /may become "chiefs"/],
  ['alter role @ bypassrls', /BYPASSRLS/],
  ['alter role @ replication', /REPLICATION/],
  ['grant pg_read_server_files to @', /may read any file/],
  ['grant pg_write_server_files to @', /may write any file/],
  ['alter role @ noinherit; grant pg_execute_server_program to @', /may run programs/],
  ['grant execute on function pg_read_file(text) to @', /files of the server: "pg_catalog"\."pg_read_file"\(text\)\./],
  ['grant execute on function lo_import(text), lo_export(oid, text) to public', /"lo_import"\(text\) by PUBLIC/],
];

describe('a dangerous role', () => {
  it.each(dangers)('%s', async (sql, evidence) => {
    const role = await makeRole(sql);
    const { findings, isDangerous } = await reportOf(role);
    expect(isDangerous).toBe(true);
    expect(findings[0]).toMatchObject({ severity: 'critical', evidence: expect.stringMatching(evidence) });
    await runSql(postgres.url, findings[0]?.fixSql ?? '');
    expect(await reportOf(role)).toMatchObject({ findings: [], isDangerous: false });
  });

  it('has CREATEROLE, before PostgreSQL 16', async () => {
    const { isDangerous, findings } = await reportOf(await makeRole('alter role @ createrole'));
    const isOld = findings[0]?.evidence.includes('before PostgreSQL 16') ?? false;
    expect({ isDangerous, severity: findings[0]?.severity }).toEqual({ isDangerous: isOld, severity: isOld ? 'critical' : 'warning' });
  });
});

const rights: readonly (readonly [sql: string, severity: string, evidence: RegExp])[] = [
  ['alter role @ createdb', 'warning', /CREATEDB/],
  ['grant pg_write_all_data to @', 'warning', /may write every table/],
  ['grant pg_signal_backend to @', 'warning', /end other roles' sessions/],
  ['grant pg_monitor to @', 'info', /also sees all settings, other sessions' statements.*\(pg_monitor\)\.$/],
  ['grant pg_read_all_data to @', 'info', /also sees every table/],
  ['grant insert, update on orders to @', 'warning', /may write: "public"\."orders" \(INSERT, UPDATE\)\.$/],
  ['grant update (id, note), insert (id) on orders to @', 'warning', /INSERT \("id"\).*UPDATE \("id", "note"\)/],
  ['grant delete on app.secrets to writers; grant writers to @', 'warning', /"app"\."secrets" \(DELETE\)/],
  ['alter role @ noinherit; grant truncate on orders to writers; grant writers to @', 'warning', /\(TRUNCATE\)/],
  ['grant references, trigger on totals to public', 'warning', /"public"\."totals" \(REFERENCES, TRIGGER by PUBLIC\)/],
  ['grant usage on sequence numbers to @', 'warning', /"public"\."numbers" \(USAGE\)/],
  ['grant insert on "we""ird\n;drop table orders; --" to @', 'warning', /U&"we""ird\\000a;drop table orders; --" \(INSERT\)/],
  ['grant update on pg_catalog.pg_class to @', 'warning', /"pg_catalog"\."pg_class" \(UPDATE\)/],
  ['grant create on schema app to @', 'warning', /CREATE on schema "app"/],
  ['grant create on schema public to public', 'warning', /CREATE on schema "public" by PUBLIC/],
  ['grant create on database postgres to @', 'warning', /CREATE on database "postgres"/],
  ['grant temporary on database postgres to @', 'info', /TEMPORARY on database "postgres"/],
  ['alter default privileges in schema app grant select, insert on tables to @', 'warning', /will get INSERT on tables .* in schema "app"/],
  ['alter default privileges grant usage on sequences to public', 'warning', /will get USAGE on sequences that "postgres" makes\.$/],
  ['grant usage on foreign server elsewhere to @', 'warning', /may use foreign server "elsewhere"/],
  ['grant usage on foreign data wrapper wrapper to public', 'warning', /foreign data wrapper "wrapper" by PUBLIC/],
  ['grant execute on function dblink(text, text) to @', 'warning', /connect from the server to others: "public"\."dblink"\(text, text\)/],
  ['grant execute on function pg_reload_conf() to @', 'warning', /steer the server: "pg_catalog"\."pg_reload_conf"\(\)/],
  [
    'alter role @ reset statement_timeout; alter role @ connection limit -1',
    'info',
    /not bounded by itself: statement_timeout, CONNECTION LIMIT/,
  ],
  ['alter role @ set default_transaction_read_only = off', 'info', /default_transaction_read_only not set/],
];

it('has a setting of its own in this database, which counts before the others whenever it was made', async () => {
  const role = await makeRole(`alter role @ reset lock_timeout; alter role @ in database postgres set lock_timeout = 0;
    alter role @ in database postgres set statement_timeout = 0; alter role @ reset statement_timeout; alter role @ set statement_timeout = '5s'`);
  expect((await reportOf(role)).findings).toMatchObject([{ evidence: expect.stringMatching(/: statement_timeout, lock_timeout not set/) }]);
});

describe('a role with more rights than it needs', () => {
  it.each(rights)('%s', async (sql, severity, evidence) => {
    const role = await makeRole(sql);
    const { findings, isDangerous } = await reportOf(role);
    expect(isDangerous).toBe(false);
    expect(findings).toEqual([{ severity, evidence: expect.stringMatching(evidence), fixSql: expect.any(String) }]);
    await runSql(postgres.url, findings[0]?.fixSql ?? '');
    expect((await reportOf(role)).findings).toEqual([]);
  });

  it.each([
    ['alter table app.secrets owner to @', 'drop owned', /owns relation "app"\."secrets"/],
    ['create role own_@; grant own_@ to @; alter schema app owner to own_@', 'by membership', /owns schema "app"/],
    ['alter database postgres owner to @', 'the database', /owns database "postgres"/],
    ['grant update on large object 4711 to @', 'large objects', /may write large objects: 1/],
  ])('%s (%s)', async (sql, _what, evidence) => {
    const { findings } = await reportOf(await makeRole(sql));
    expect(findings).toContainEqual({ severity: 'warning', evidence: expect.stringMatching(evidence) });
    await runSql(
      postgres.url,
      'alter table app.secrets owner to postgres; alter schema app owner to postgres; alter database postgres owner to postgres',
    );
  });

  it('counts what it does not name', async () => {
    const tables = Array.from({ length: 14 }, (_, index) => `many_${String(index)}`);
    await runSql(postgres.url, tables.map((table) => `create table ${table} (id int)`).join(';'));
    const role = await makeRole(tables.map((table) => `grant insert on ${table} to @`).join(';'));
    const [finding] = (await reportOf(role)).findings;
    expect(finding?.evidence).toMatch(/"many_0" \(INSERT\).* and 4 more\.$/);
    expect(finding?.fixSql).toMatch(/;\n-- and 4 more like these$/);
    await runSql(postgres.url, tables.map((table) => `drop table ${table}`).join(';'));
  });
});

describe('a role with --allow-tables', () => {
  it('reads what the list leaves out', async () => {
    const role = await makeRole('grant usage on schema app to @; grant select on app.secrets, totals to @');
    const { findings } = await reportOf(role, ['totals', 'orders']);
    expect(findings).toEqual([
      {
        severity: 'warning',
        evidence: `Role "${role}" may read tables that --allow-tables leaves out: "app"."secrets".`,
        fixSql: `REVOKE SELECT ON TABLE "app"."secrets" FROM "${role}";`,
      },
    ]);
    await runSql(postgres.url, findings[0]?.fixSql ?? '');
    expect((await reportOf(role, ['totals', 'orders'])).findings).toEqual([]);
  });

  it('reads by a column, by pg_read_all_data, or by PUBLIC', async () => {
    const byColumn = await makeRole('grant usage on schema app to @; grant select (id) on app.secrets to @');
    expect((await reportOf(byColumn, ['orders'])).findings[0]?.evidence).toMatch(/leaves out: "app"\."secrets"\.$/);
    const byAll = await makeRole('grant pg_read_all_data to @');
    expect((await reportOf(byAll, ['orders', 'app.*'])).findings[0]?.evidence).toMatch(/leaves out: .*"totals"/);
    const byPublic = await makeRole('select 1');
    expect((await reportOf(byPublic, ['app.*'])).findings[0]?.fixSql).toBe('REVOKE SELECT ON TABLE "public"."orders" FROM PUBLIC;');
  });

  it('hears of items without effect', async () => {
    const { findings } = await reportOf(await makeRole('select 1'), ['orders', 'nope', 'nix.*', 'totals']);
    expect(findings.map(({ evidence }) => evidence)).toEqual([
      '--allow-tables names what is not there: nix.*, public.nope.',
      expect.stringMatching(/may not read tables of --allow-tables: public\.totals\.$/),
    ]);
  });

  it('does not tell callers the names of what they may not see', async () => {
    const role = await makeRole('grant usage on schema app to @; grant select, insert on app.secrets to @; grant insert on orders to @');
    const catalog = openCatalog(asRole(postgres.url, role, 'pw'));
    const { findings } = await loadRoleReport(catalog, { tables: readTableAllowList(['orders']), names: 'listed' });
    await catalog.close();
    expect(findings.map(({ evidence }) => evidence)).toEqual([
      `Role "${role}" may write: "public"."orders" (INSERT) and 1 more.`,
      `Role "${role}" may read tables that --allow-tables leaves out: 1; trellis-database doctor names them.`,
    ]);
    expect(JSON.stringify(findings)).not.toContain('secrets');
  });
});
