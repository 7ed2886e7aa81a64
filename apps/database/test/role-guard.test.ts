import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, spawnProbe, startPostgres, type TestInstance, until } from '@trellis-mcp/test-services';
import { fileURLToPath } from 'node:url';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { guardRole, type GuardLog } from '../src/role/guard-role.ts';
import type { Source } from '../src/sources/source.ts';
import { openShop } from './open-shop.ts';
import { asRole, runSql } from './open-catalog.ts';

let postgres: TestInstance;
let url: string;
beforeAll(async () => {
  postgres = await startPostgres();
  url = asRole(postgres.url, 'reader', 'pw');
});
afterAll(() => postgres.stop());
beforeEach(() => runSql(postgres.url, "drop role if exists reader; create role reader login password 'pw'"));

const page = { sql: 'select 1', params: [], kind: 'rows', offset: 0, maxRows: 1, maxBytes: 1_000, maxCell: 100 } as const;

function read(source: Source) {
  return source.readPage(page, { signal: new AbortController().signal, timeoutMs: 5_000 });
}

/** Collects what a guard logs. */
function createLog() {
  const lines: string[] = [];
  const log: GuardLog = {
    warn: (_fields, message) => void lines.push(message),
    debug: () => undefined,
  };
  return { lines, log };
}

async function expectSoon(read_: () => number, value: number): Promise<void> {
  await until(() => read_() >= value);
  expect(read_()).toBe(value);
}

describe('a source guarded without --strict-role', () => {
  it('is used at once, and warns of a dangerous role once in ten minutes', async () => {
    await runSql(postgres.url, 'alter role reader bypassrls');
    const opened = openPostgresSource({ name: 'db', url });
    const { log, lines } = createLog();
    let now = 0;
    const source = await guardRole(opened, { strict: false, log, now: () => now });
    await read(source);
    await expectSoon(() => lines.length, 1);
    expect(lines[0]).toMatch(/^Role "reader" has BYPASSRLS.*print-role prints one\.$/);
    now = 599_000;
    await read(source);
    now = 601_000;
    await read(source);
    await expectSoon(() => lines.length, 2);
    await source.close();
  });

  it('says nothing of a role that reads, and leaves the embedded database as it is', async () => {
    const opened = openPostgresSource({ name: 'db', url });
    const { log, lines } = createLog();
    const source = await guardRole(opened, { strict: false, log, now: Date.now });
    await read(source);
    await source.loadCatalog();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lines).toEqual([]);
    await source.close();
    const shop = openShop();
    expect(await guardRole(shop.source, { strict: true, log, now: Date.now })).toBe(shop.source);
    await shop.close();
  });
});

describe('a source guarded with --strict-role', () => {
  it('is refused at start', async () => {
    await runSql(postgres.url, 'grant pg_read_server_files to reader');
    const opened = openPostgresSource({ name: 'db', url });
    await expect(guardRole(opened, { strict: true, ...createLog(), now: Date.now })).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringMatching(/--strict-role\. Role "reader" may read any file/),
    });
    await opened.close();
  });

  it('is refused when its role became dangerous, and works again when that is put right', async () => {
    const opened = openPostgresSource({ name: 'db', url });
    let now = 0;
    const source = await guardRole(opened, { strict: true, ...createLog(), now: () => now });
    await runSql(postgres.url, 'alter role reader superuser');
    await expect(read(source)).resolves.toMatchObject({ rows: [['1']] });
    now = 600_001;
    await expect(read(source)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(source.loadCatalog()).rejects.toMatchObject({ code: 'DENIED' });
    await expect(source.runScript([{ sql: 'select 1' }], { signal: new AbortController().signal, timeoutMs: 5_000 })).rejects.toMatchObject(
      {
        code: 'DENIED',
      },
    );
    await runSql(postgres.url, 'alter role reader nosuperuser');
    await expect(read(source)).resolves.toMatchObject({ rows: [['1']] });
    await source.close();
  });

  it('is judged anew when the database was away', async () => {
    const opened = openPostgresSource({ name: 'db', url });
    const source = await guardRole(opened, { strict: true, ...createLog(), now: () => 0 });
    await postgres.kill();
    await expect(read(source)).rejects.toMatchObject({ code: 'UPSTREAM' });
    await postgres.restart();
    await runSql(postgres.url, 'alter role reader replication');
    await expectDenied(source);
    await source.close();
  });
});

/** Breakers stay open for a moment after a restart. */
async function expectDenied(source: Source): Promise<void> {
  let code: unknown = 'UPSTREAM';
  await until(async () => {
    code = await read(source).then(
      () => 'read',
      (error: unknown) => (error as { code?: unknown }).code,
    );
    return code !== 'UPSTREAM';
  });
  expect(code).toBe('DENIED');
}

describe('the program', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const run = async (command: readonly string[], databaseUrl: string) => {
    const args = ['--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning', main, ...command];
    await using probe = await spawnProbe(process.execPath, args, { env: { DATABASE_URL: databaseUrl } });
    probe.stdin.end();
    return { ...(await probe.exit), stdout: probe.stdout, stderr: probe.stderr };
  };

  it('does not start as a superuser with --strict-role (78), nor when nobody can tell (69)', async () => {
    const refused = await run(['--strict-role'], postgres.url);
    expect(refused).toMatchObject({
      code: 78,
      stdout: '',
      stderr: expect.stringMatching(/could not start: .*--strict-role.*"postgres" is a superuser/),
    });
    const away = await run(['--strict-role'], `postgres://reader:hunter2@127.0.0.1:${String(await freePort())}/postgres`);
    expect(away).toMatchObject({ code: 69, stdout: '', stderr: expect.stringMatching(/could not start/) });
    expect(away.stderr).not.toContain('hunter2');
  });

  it('says so in doctor, as a problem with --strict-role and as a warning without', async () => {
    const strict = await run(['doctor', '--strict-role'], postgres.url);
    expect(strict).toMatchObject({ code: 78, stdout: expect.stringMatching(/problem +role +Role "postgres" is a superuser/) });
    const lax = await run(['doctor'], postgres.url);
    expect(lax).toMatchObject({ code: 0, stdout: expect.stringMatching(/warning +role +Role "postgres" is a superuser/) });
  });
});
