import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordMeasurement, spawnProbe, startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { PageRequest } from '../src/sources/raw-page.ts';
import type { MemoryResult, MemoryTask } from './measure-memory.ts';
import { readSource, type SourceReader } from './read-source.ts';

const isSoak = process.env['SOAK'] === '1';

let server: TestInstance;
let reader: SourceReader;

beforeAll(async () => {
  server = await startPostgres();
  reader = readSource(openPostgresSource({ name: 'one', url: server.url, maxConnections: 1, statementTimeoutMs: 60_000 }));
});
afterAll(async () => {
  await reader.close();
  await server.stop();
});

const names = Array.from({ length: 1_600 }, (_, index) => `${String(index)} as column_${String(index)}`);
const manyColumns = `select ${names.join(', ')}`;
const cell = { start: 'x'.repeat(8_000), length: 50_000_000 };
const millionRows = 'select i, md5(i::text) from generate_series(1, 1000000) i';

describe('large results', () => {
  it('cut a cell of 50 MB to its start', async () => {
    const { rows, cutBy } = await reader.read(`select repeat('x', 50000000)`);
    expect(rows).toEqual([[cell]]);
    expect(cutBy).toBeUndefined();
  });

  it('end a page before a row that is far larger than the page, and go on there', async () => {
    const sql = `select i, repeat('x', case when i > 2 then 12000000 else 5 end) from generate_series(1, 4) i`;
    const large = { ...cell, length: 12_000_000 };
    const first = await reader.read(sql);
    expect(first).toMatchObject({
      rows: [
        ['1', 'xxxxx'],
        ['2', 'xxxxx'],
      ],
      more: true,
      cutBy: 'bytes',
    });
    const second = await reader.read(sql, { offset: 2, digest: first.digest ?? '' });
    expect(second).toMatchObject({ rows: [['3', large]], more: true, cutBy: 'bytes', changed: false });
    const third = await reader.read(sql, { offset: 3, digest: second.digest ?? '' });
    expect(third).toMatchObject({ rows: [['4', large]], more: false, changed: false });
  });

  it('refuse a row that memory should not hold, whatever its parts', async () => {
    const error = { code: 'LIMIT', hint: expect.stringContaining('left(value, 1000)'), details: { maxBytes: 60_000_000 } };
    await expect(reader.read(`select repeat('x', 40000000), repeat('x', 40000000)`)).rejects.toMatchObject(error);
    expect((await reader.read('select 1')).rows).toEqual([['1']]);
  });

  it('give the first page of a million rows without the rest', async () => {
    const { rows, cutBy } = await reader.read(millionRows);
    expect(rows).toHaveLength(500);
    expect(cutBy).toBe('rows');
  });

  it('give ten thousand rows in one page, and the last of a million', async () => {
    const { rows } = await reader.read(millionRows, { maxRows: 10_000, maxBytes: 4_194_304 });
    expect(rows).toHaveLength(10_000);
    expect(rows.at(-1)?.[0]).toBe('10000');
    const last = await reader.read('select i from generate_series(1, 1000000) i', { offset: 999_999 });
    expect(last).toMatchObject({ rows: [['1000000']], more: false });
  });
});

describe('wide results', () => {
  it('refuse 1,600 columns that no page holds, and read them where it does', async () => {
    await expect(reader.read(manyColumns)).rejects.toMatchObject({ code: 'LIMIT', details: { columns: 1_600 } });
    expect((await reader.read(manyColumns, { maxBytes: 400_000 })).rows[0]).toHaveLength(1_600);
  });

  it('cut every value of a wide row shorter', async () => {
    const { rows } = await reader.read(`select ${Array.from({ length: 500 }, () => `repeat('x', 10000)`).join(', ')}`);
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(65_536);
  });
});

describe('statements out of the ordinary', () => {
  const depth = 6_000;

  it.each([
    ['64 KiB of text', `select ${"'".padEnd(65_500, 'y')}'`, undefined],
    ['64 KiB of operators', `select 1${'+1'.repeat(32_000)}`, 'LIMIT'],
    ['parentheses', `select ${'('.repeat(depth)}1${')'.repeat(depth)}`, undefined],
    ['subqueries', `${'select * from ('.repeat(1_000)}select 1${') q'.repeat(1_000)}`, undefined],
    ['JSON that is nested', `select (repeat('[', 5000) || repeat(']', 5000))::json`, undefined],
  ])('end well or in a clear error: %s', async (_what, sql, code) => {
    const outcome = await reader.read(sql).then(
      ({ rows }) => ({ rows: rows.length }),
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject(code === undefined ? { rows: 1 } : { code, hint: expect.stringContaining('fewer levels') });
    expect((await reader.read('select 1')).rows).toEqual([['1']]);
  });

  it('take a NUL in a parameter for the mistake that it is', async () => {
    await expect(reader.read('select $1', { params: ['a\0b'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('read back any text of a parameter', async () => {
    const text = `${'\u{1f600}\u00e4"\\\t\r\n\u2028\ufeff'.repeat(100)}\u0001`;
    expect((await reader.read('select $1', { params: [text] })).rows).toEqual([[text]]);
  });
});

const tasks: readonly (readonly [name: string, sql: string, maxMiB: number, request?: Partial<PageRequest>, callers?: number])[] = [
  ['a cell of 50 MB', `select repeat('x', 50000000)`, 200],
  ['4 rows of 50 MB', `select repeat('x', 50000000) from generate_series(1, 4)`, 200],
  ['a million rows', millionRows, 50],
  ['1,600 columns', manyColumns, 50, { maxBytes: 400_000 }],
  [
    '4 cells of 12 MB in 4 rows',
    `select ${Array.from({ length: 4 }, () => `repeat('x', 12000000)`).join(', ')} from generate_series(1, 4)`,
    200,
  ],
  ['8 cells of 50 MB at once', `select repeat('x', 50000000)`, 300, {}, 8],
  ['300 rows of 1 MB', `select repeat('x', 1000000) from generate_series(1, 300)`, 50],
  ['a cell of 70 MB', `select repeat('x', 70000000)`, 200],
  ['a row of 600 MB', `select repeat('x', 600000000)`, 200],
  ['10,000 of a million rows', millionRows, 50, { maxRows: 10_000, maxBytes: 4_194_304 }],
  ['the end of a million rows', millionRows, 50, { offset: 999_000 }],
  ['64 KiB of text', `select ${"'".padEnd(65_500, 'y')}'`, 50],
  ['parentheses 5,000 deep', `select ${'('.repeat(5_000)}1${')'.repeat(5_000)}`, 50],
];

describe('memory', () => {
  it.each(isSoak ? tasks : tasks.slice(1, 4))('grows little for %s', async (name, sql, maxMiB, request = {}, callers = 1) => {
    const task: MemoryTask = { url: server.url, sql, request, times: isSoak ? 3 : 1, callers };
    const script = `${import.meta.dirname}/measure-memory.ts`;
    const probe = await spawnProbe(process.execPath, ['--conditions=@trellis-mcp/source', script, JSON.stringify(task)]);
    const { code } = await probe.exit;
    expect({ code, stderr: probe.stderr }).toMatchObject({ code: 0 });
    const { grownMiB } = JSON.parse(probe.stdoutLines.at(-1) ?? '') as MemoryResult;
    expect(grownMiB).toBeLessThan(isSoak ? maxMiB : maxMiB * 1.5);
    const bound = `< ${String(maxMiB)}`;
    await recordMeasurement({ suite: 'database, PostgreSQL', name: `memory grown by ${name}`, value: grownMiB, unit: 'MiB', bound });
  });
});
