import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnProbe } from '@trellis-mcp/test-services';
import { sql } from 'kysely';
import { openSqlite } from './open-sqlite.ts';
import { openSqliteKeyStore } from './sqlite-key-store.ts';

let directory: string;
const ttlMs = 60_000;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trellis-sqlite-'));
});
afterAll(() => rm(directory, { recursive: true }));

type Tables = Record<'pets', { id: number; name: string | null }>;

it('gives rows, counts and ids through Kysely', async () => {
  await using sqlite = await openSqlite(':memory:');
  const db = sqlite.db.$extendTables<Tables>();
  await db.schema
    .createTable('pets')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text')
    .execute();
  const inserted = await db
    .insertInto('pets')
    .values([
      { id: 1, name: 'Ada' },
      { id: 2, name: null },
    ])
    .executeTakeFirstOrThrow();
  expect([inserted.insertId, inserted.numInsertedOrUpdatedRows]).toEqual([2n, 2n]);
  expect(await db.selectFrom('pets').selectAll().orderBy('id').execute()).toEqual([
    { id: 1, name: 'Ada' },
    { id: 2, name: null },
  ]);
  expect(await db.updateTable('pets').set({ name: 'Bob' }).where('id', '=', 2).returning(['name']).execute()).toEqual([{ name: 'Bob' }]);
  expect((await db.deleteFrom('pets').where('id', '>', 0).executeTakeFirst()).numDeletedRows).toBe(2n);
});

it('keeps transactions apart and rolls back what throws', async () => {
  await using sqlite = await openSqlite(join(directory, 'transactions.db'));
  const db = sqlite.db.$extendTables<Tables>();
  await sql`create table pets (id integer primary key, name text)`.execute(db);
  const failing = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('pets').values({ id: 1, name: 'gone' }).execute();
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new RangeError('as asked');
  });
  const other = db.insertInto('pets').values({ id: 2, name: 'stays' }).execute();
  await expect(failing).rejects.toThrow('as asked');
  await other;
  expect(await db.selectFrom('pets').select('id').execute()).toEqual([{ id: 2 }]);
});

it('keeps its files to their owner, also when they were open to all before', async () => {
  const path = join(directory, 'new', 'deep', 'keys.db');
  const store = async (): Promise<void> => {
    await using sqlite = await openSqlite(path);
    await (await openSqliteKeyStore(sqlite)).set('k', 'v', { ttlMs });
    const names = await readdir(join(directory, 'new', 'deep'));
    expect(names).toContain('keys.db-wal');
    for (const name of names) expect((await stat(join(directory, 'new', 'deep', name))).mode & 0o777).toBe(0o600);
  };
  await store();
  expect((await stat(join(directory, 'new'))).mode & 0o777).toBe(0o700);
  await rm(path);
  await writeFile(path, '', { mode: 0o644 });
  await store();
});

it('keeps what was written over a reopening', async () => {
  const path = join(directory, 'durable.db');
  for (const expected of [true, false]) {
    await using sqlite = await openSqlite(path);
    expect(await (await openSqliteKeyStore(sqlite)).add('k', 'v', { ttlMs })).toBe(expected);
  }
});

it('keeps what was written when the process is killed', async () => {
  const path = join(directory, 'killed.db');
  const program = `
    import { openSqlite, openSqliteKeyStore } from '@trellis-mcp/stores';
    const store = await openSqliteKeyStore(await openSqlite(process.argv[1]));
    for (let index = 0; ; index += 1) { await store.set('k' + index, 'v', { ttlMs: 60000 }); console.log(index); }`;
  const args = ['--conditions=@trellis-mcp/source', '--input-type=module', '-e', program, path];
  await using probe = await spawnProbe(process.execPath, args, { cwd: import.meta.dirname });
  await probe.waitForStdout(/^200$/, 90_000);
  probe.kill();
  await probe.exit;
  const last = Number(probe.stdoutLines.at(-1));
  await using sqlite = await openSqlite(path);
  const store = await openSqliteKeyStore(sqlite);
  for (let index = 0; index <= last; index += 1) expect(await store.get(`k${String(index)}`)).toBe('v');
});

it('answers LIMIT when the database is full, and works again once something is removed', async () => {
  await using sqlite = await openSqlite(join(directory, 'full.db'), { maxBytes: 200_000 });
  const store = await openSqliteKeyStore(sqlite);
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 100; index += 1) await store.set(`k${String(index)}`, 'x'.repeat(10_000), { ttlMs });
  };
  await expect(fill()).rejects.toMatchObject({ code: 'LIMIT' });
  expect(await store.get('k0')).toHaveLength(10_000);
  expect(await store.delete('k1')).toBe(true);
  await store.set('small', 'v', { ttlMs });
  expect(await store.get('small')).toBe('v');
});

it('makes room in a full database for the next write when what fills it has expired', async () => {
  let now = 1_000_000;
  await using sqlite = await openSqlite(':memory:', { maxBytes: 400_000 });
  const store = await openSqliteKeyStore(sqlite, { now: () => now });
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 100; index += 1) await store.set(`k${String(index)}`, 'x'.repeat(10_000), { ttlMs });
  };
  await expect(fill()).rejects.toMatchObject({ code: 'LIMIT' });
  now += ttlMs + 60_000;
  await store.set('next', 'x'.repeat(10_000), { ttlMs });
  expect(await store.add('added', 'v', { ttlMs })).toBe(true);
});

it('rejects a file that is no database, a directory and a place that cannot be made, without naming it', async () => {
  const junk = join(directory, 'junk.db');
  await writeFile(junk, 'not a database, and long enough to be looked at'.repeat(100));
  for (const path of [junk, directory, join(junk, 'inside.db')]) {
    const error: unknown = await openSqlite(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'UPSTREAM', retryable: false });
    expect(String(error)).not.toContain(directory);
  }
});

it('makes missing directories for their owner, and gives up where the file system takes none', async () => {
  const path = join(directory, 'deep', 'er', 'state.db');
  await using sqlite = await openSqlite(path);
  await sqlite.ping();
  expect((await stat(join(directory, 'deep'))).mode & 0o777).toBe(0o700);
  await expect(openSqlite('/proc/nowhere/state.db')).rejects.toMatchObject({ code: 'UPSTREAM', retryable: false });
});

it('waits for another writer without stopping the event loop, and gives up at its limit', async () => {
  const path = join(directory, 'locked.db');
  await using first = await openSqlite(path);
  await using second = await openSqlite(path, { busyTimeoutMs: 1_000 });
  await openSqliteKeyStore(first);
  const store = await openSqliteKeyStore(second);
  let beats = 0;
  const beat = setInterval(() => (beats += 1), 5);
  await first.db.transaction().execute(async (transaction) => {
    await sql`select 1`.execute(transaction);
    await expect(store.set('k', 'v', { ttlMs })).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  });
  clearInterval(beat);
  // About 200 fit in; where the loop stands still there is none.
  expect(beats).toBeGreaterThan(10);
  await store.set('k', 'v', { ttlMs });
});

it('lets a process end that forgot to close, after what was asked is done', async () => {
  const program = `
    import { openSqlite, openSqliteKeyStore } from '@trellis-mcp/stores';
    const store = await openSqliteKeyStore(await openSqlite(process.argv[1]));
    store.set('k', 'v', { ttlMs: 60000 }).then(() => console.log('done'));`;
  const args = ['--conditions=@trellis-mcp/source', '--input-type=module', '-e', program, join(directory, 'forgot.db')];
  await using probe = await spawnProbe(process.execPath, args, { cwd: import.meta.dirname });
  expect(await probe.exit).toEqual({ code: 0, signal: null });
  expect([probe.stdout, probe.stderr]).toEqual(['done\n', '']);
});

it('rejects after closing, and closes twice', async () => {
  const sqlite = await openSqlite(':memory:');
  const store = await openSqliteKeyStore(sqlite);
  await Promise.all([store.set('k', 'v', { ttlMs }), sqlite.ping()]);
  await sqlite.close();
  await sqlite.close();
  await expect(sqlite.ping()).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(store.get('k')).rejects.toThrow();
});
