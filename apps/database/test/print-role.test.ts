import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findExecutable, findPostgres, freePort, startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { settings } from '../src/config.ts';
import type { Deps } from '../src/deps.ts';
import { loadRoleReport } from '../src/role/load-role-report.ts';
import { printRole } from '../src/role/print-role.ts';
import { asRole, openCatalog, runSql } from './open-catalog.ts';
import { fillPostgresShop } from './start-postgres-shop.ts';

/** Names that try to leave their quotes, their line, or their comment. */
const hostile = `
  create role "owner
create table pwned (id int); --";
  create schema "odd""schema
create table pwned (id int); --" authorization "owner
create table pwned (id int); --";
  create table "odd""schema
create table pwned (id int); --"."odd; drop table orders" (id int);
  create schema app; create table app."Order" (id int); create table app.secret (id int)`;

const dblink = `create extension dblink schema "odd""schema
create table pwned (id int); --"`;

let postgres: TestInstance;
beforeAll(async () => {
  postgres = await startPostgres();
  await fillPostgresShop(postgres.url);
  await runSql(postgres.url, hostile);
});
afterAll(() => postgres.stop());

async function print(role: string, config: Record<string, unknown> = {}): Promise<string> {
  const { code, stdout = '' } = await printRole(settings.parse({ databaseUrl: postgres.url, ...config }), { role });
  expect(code).toBe(0);
  return stdout;
}

/** Makes the printed role as the owner does, gives it a password, and starts the server as that role. */
async function startAs(role: string, config: Record<string, unknown> = {}): Promise<InProcessServer<Deps>> {
  await runSql(postgres.url, await print(role, config));
  await runSql(postgres.url, `alter role "${role.replaceAll('"', '""')}" password 'pw'`);
  const lists = Object.entries(config).flatMap(([key, items]) =>
    key === 'allowTables' ? [items].flat().flatMap((item) => ['--allow-tables', String(item)]) : [],
  );
  return startInProcess(app, { args: ['--strict-role', '--database-url', asRole(postgres.url, role, 'pw'), ...lists] });
}

describe('the printed role', () => {
  it('passes the diagnosis, reads every table, and writes none', async () => {
    await using server = await startAs('trellis_reader');
    const client = await server.connect();
    expect((await client.callTool('diagnose', { checks: ['role'] })).data).toEqual({ findings: [], clean: ['role'], skipped: [] });
    expect((await client.callTool('query', { sql: 'select count(*) from orders' })).data).toMatchObject({ rowCount: 1 });
    expect((await client.callTool('query', { sql: 'select * from app."Order"' })).data).toMatchObject({ rowCount: 0 });
    expect((await client.callTool('search_schema', { pattern: 'orders' })).text).toContain('orders');
    expect((await client.callTool('describe', { object: 'orders', sample: 1 })).text).toContain('customer_id');
    await expect(runSql(asRole(postgres.url, 'trellis_reader', 'pw'), 'delete from orders')).rejects.toThrow(/read-only/);
    const unbound = 'begin read write;';
    await expect(runSql(asRole(postgres.url, 'trellis_reader', 'pw'), `${unbound} delete from orders`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(runSql(asRole(postgres.url, 'trellis_reader', 'pw'), `${unbound} create table x (id int)`)).rejects.toThrow(
      /permission denied/,
    );
  });

  it('reads the tables of --allow-tables and no other', async () => {
    const role = 'limited';
    await using server = await startAs(role, { allowTables: ['orders', 'app.*'] });
    const client = await server.connect();
    const { data } = await client.callTool('diagnose', { checks: ['role'] });
    expect(data).toEqual({ findings: [], clean: ['role'], skipped: [] });
    expect((await client.callTool('query', { sql: 'select count(*) from orders' })).data).toMatchObject({ rowCount: 1 });
    const url = asRole(postgres.url, role, 'pw');
    await runSql(url, 'select from app.secret; select from orders');
    await expect(runSql(url, 'select from customers')).rejects.toThrow(/permission denied for table customers/);
    await expect(runSql(url, 'select from order_summary')).rejects.toThrow(/permission denied/);
  });

  it('may have a hostile name in a database of hostile names', async () => {
    await runSql(postgres.url, dblink);
    const role = `evil"; drop table orders; -- ' \\ $$ é`;
    await using server = await startAs(role);
    const client = await server.connect();
    const dblinkIsOpen = { check: 'role', evidence: expect.stringMatching(/U&"odd""schema\\000a.*dblink/) };
    expect((await client.callTool('diagnose', {})).data).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining(dblinkIsOpen)]),
    });
    await expect(runSql(postgres.url, 'select from pwned')).rejects.toThrow(/does not exist/);
    await runSql(postgres.url, 'select from orders limit 1');
  });
});

/** By psql where it is installed; the small distribution of PostgreSQL comes without. */
async function runAsPeopleDo(text: string): Promise<void> {
  const psql = await findExecutable('psql', [(await findPostgres()) ?? '']);
  if (psql === undefined) {
    return runSql(postgres.url, text);
  }
  const run = promisify(execFile)(psql, ['-v', 'ON_ERROR_STOP=1', '-q', '-d', postgres.url, '-f', '-']);
  run.child.stdin?.end(text);
  expect((await run).stderr).toBe('');
}

describe('the printed SQL', () => {
  it('runs in psql, with its hardening part, too, and is then clean as far as PUBLIC goes', async () => {
    const sql = await print('hardened');
    const hardening = sql.split('\n').filter((line) => line.startsWith('-- REVOKE'));
    expect(hardening).toContain('-- REVOKE TEMPORARY ON DATABASE "postgres" FROM PUBLIC;');
    expect(hardening.join('\n')).toMatch(/ON FUNCTION U&"odd""schema\\000acreate.*"\."dblink"\(text\) FROM PUBLIC;/);
    const text = `${sql}\n${hardening.map((line) => line.slice(3)).join('\n')}`;
    await runAsPeopleDo(text);
    await runSql(postgres.url, "alter role hardened password 'pw'");
    const url = asRole(postgres.url, 'hardened', 'pw');
    await expect(runSql(url, 'begin read write; create temp table t (id int)')).rejects.toThrow(/permission denied/);
    await runSql(url, 'select from orders');
    const catalog = openCatalog(url);
    expect((await loadRoleReport(catalog)).findings).toEqual([]);
    await catalog.close();
  });

  it('holds limits that fit the configuration, and no password', async () => {
    const sql = await print('sized', { maxConnections: 20, statementTimeoutMs: '3s' });
    expect(sql).toMatch(/^CREATE ROLE "sized" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS$/m);
    expect(sql).toMatch(/CONNECTION LIMIT 23;/);
    expect(sql).toMatch(/SET statement_timeout = '3000ms';\n.*lock_timeout = '3000ms';/);
    expect(sql).not.toMatch(/PASSWORD '|hunter2|scram/i);
    expect(sql).not.toContain(new URL(postgres.url).password);
  });

  it('leaves out what is not there, and tells when the role is', async () => {
    const sql = await print('postgres', { allowTables: ['orders', 'nope', 'nix.*'], allowFunctions: ['app.f', 'gone.g'] });
    expect(sql).toContain('-- The role "postgres" is there already');
    expect(sql.split('\n').filter((line) => line.includes('GRANT SELECT ON') && !line.includes('SEQUENCES'))).toEqual([
      'GRANT SELECT ON TABLE "public"."orders" TO "postgres";',
      '-- Not there: GRANT SELECT ON TABLE "public"."nope" TO "postgres";',
      '-- Not there: GRANT SELECT ON ALL TABLES IN SCHEMA "nix" TO "postgres";',
    ]);
    expect(sql.match(/^GRANT USAGE.*$/gm)).toEqual([
      'GRANT USAGE ON SCHEMA "app" TO "postgres";',
      'GRANT USAGE ON SCHEMA "public" TO "postgres";',
    ]);
  });
});

describe('print-role', () => {
  it('works from the configuration alone when the database is away', async () => {
    const databaseUrl = `postgres://reader:hunter2@127.0.0.1:${String(await freePort())}/my%20shop`;
    const config = settings.parse({ databaseUrl, allowTables: ['orders', 'app.*'] });
    const { code, stdout, stderr } = await printRole(config, { role: 'r' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^The database was not asked: /);
    expect(stdout).toContain('GRANT CONNECT ON DATABASE "my shop" TO "r";');
    expect(stdout).toContain('GRANT SELECT ON ALL TABLES IN SCHEMA "app" TO "r";\nGRANT SELECT ON TABLE "public"."orders" TO "r";');
    expect(`${stdout ?? ''}${stderr ?? ''}`).not.toContain('hunter2');
  });

  it('says that an embedded database has no roles to make', async () => {
    const { code, stdout } = await printRole(settings.parse({}), { role: 'r' });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^-- The embedded database has one superuser and no logins/),
    });
  });

  it('prints for one of several sources, by name', async () => {
    const config = settings.parse({ sources: { shop: { databaseUrl: postgres.url, allowTables: ['orders'] }, sample: {} } });
    expect((await printRole(config, { role: 'r', source: 'shop' })).stdout).toContain('GRANT SELECT ON TABLE "public"."orders" TO "r";');
    await expect(printRole(config, { role: 'r' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringMatching(/shop, sample/),
    });
    await expect(printRole(config, { role: 'r', source: 'nope' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(['', 'pg_monitor', 'public', 'a\nb', `\u2028`, 'x'.repeat(64), 'é'.repeat(32)])(
    'refuses %j, which no role can be called',
    async (role) => {
      await expect(printRole(settings.parse({ databaseUrl: postgres.url }), { role })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});
