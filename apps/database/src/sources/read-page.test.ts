import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Page, TooManyColumnsError } from './page.ts';
import type { PageRequest, RawCell, WholeRow } from './raw-page.ts';
import { readPage, type RowReader } from './read-page.ts';

const request: PageRequest = { sql: '', params: [], kind: 'rows', offset: 0, maxRows: 500, maxBytes: 65_536, maxCell: 1_000 };

/** A cursor over rows at hand that counts what it was asked for. */
function openReader(rows: readonly WholeRow[], width = rows[0]?.length ?? 1) {
  const columns = Array.from({ length: width }, (_, index) => ({ name: `c${String(index)}`, typeOid: 25 }));
  let next = 0;
  const fetches: number[] = [];
  const reader: RowReader = {
    firstFetch: 4,
    largestFetch: 256,
    fetch({ skip, count }, sink) {
      fetches.push(count);
      next += skip;
      const part = rows.slice(next, next + count);
      next += part.length;
      sink.open(columns);
      const refused = part.findIndex((row) => !sink.take(row));
      return Promise.resolve(refused === -1 ? part.length : refused + 1);
    },
  };
  return { reader, fetches };
}

async function read(rows: readonly WholeRow[], options: Partial<PageRequest> = {}) {
  const { reader, fetches } = openReader(rows);
  const page = new Page({ ...request, ...options });
  const counts: number[] = [];
  await readPage(reader, page, () => counts.push(page.rows.length));
  const { cutBy, changed, digest } = page;
  return { rows: page.rows, counts, digest, fetches, end: { more: cutBy !== undefined, cutBy, changed } };
}

const numbered = (count: number): WholeRow[] => Array.from({ length: count }, (_, index) => [String(index)]);

describe('pages', () => {
  it('put together are all rows, each once', async () => {
    const anyRows = fc
      .integer({ min: 1, max: 3 })
      .chain((width) =>
        fc.array(fc.array(fc.option(fc.string({ maxLength: 80 })), { minLength: width, maxLength: width }), { maxLength: 60 }),
      );
    const limits = fc.record({ maxRows: fc.integer({ min: 1, max: 20 }), maxBytes: fc.integer({ min: 300, max: 2_000 }) });
    await fc.assert(
      fc.asyncProperty(anyRows, limits, async (rows, limit) => {
        const seen: (readonly RawCell[])[] = [];
        let digest: string | undefined;
        for (let page = 0, more = true; more; page += 1) {
          expect(page).toBeLessThanOrEqual(rows.length);
          const {
            rows: got,
            end,
            digest: last,
          } = await read(rows, { ...limit, offset: seen.length, ...(digest === undefined ? {} : { digest }) });
          expect(end.changed).toBe(false);
          expect(got.length).toBeLessThanOrEqual(limit.maxRows);
          seen.push(...got);
          digest = last;
          more = end.more;
        }
        expect(seen).toEqual(rows);
      }),
    );
  });

  it('notice that the row before them changed, or is gone', async () => {
    const { digest = '' } = await read(numbered(10), { maxRows: 5 });
    expect((await read(numbered(10), { offset: 5, digest })).end.changed).toBe(false);
    expect((await read([...numbered(4), ['x'], ...numbered(5)], { offset: 5, digest })).end.changed).toBe(true);
    expect((await read(numbered(3), { offset: 5, digest })).end).toMatchObject({ changed: true, more: false });
  });

  it('tell null from an empty text in the digest', async () => {
    const digests = await Promise.all([[[null, '']], [['', null]], [['', '']], [['-;']]].map(async (rows) => (await read(rows)).digest));
    expect(new Set(digests).size).toBe(4);
  });

  it('end with more only when there is more', async () => {
    expect((await read(numbered(5), { maxRows: 5 })).end).toMatchObject({ more: false });
    expect((await read(numbered(6), { maxRows: 5 })).end).toMatchObject({ more: true, cutBy: 'rows' });
  });
});

it('tells characters apart also where a long value is taken apart for the digest', async () => {
  const digests = await Promise.all(['\u{1f600}', '\u{1f601}'].map(async (end) => (await read([['a'.repeat(65_535) + end]])).digest));
  expect(new Set(digests).size).toBe(2);
});

describe('limits', () => {
  it('stop at the bytes, but always give a row', async () => {
    const wide: WholeRow[] = Array.from({ length: 50 }, () => ['x'.repeat(900)]);
    const { rows, end } = await read(wide, { maxBytes: 5_000 });
    expect(rows).toHaveLength(5);
    expect(end).toMatchObject({ more: true, cutBy: 'bytes' });
    expect((await read([['x'.repeat(9_000)]], { maxBytes: 400 })).rows).toHaveLength(1);
  });

  it('cut a long value and say how long it was', async () => {
    const { rows } = await read([['y'.repeat(5_000), 'short']]);
    expect(rows).toEqual([[{ start: 'y'.repeat(1_000), length: 5_000 }, 'short']]);
  });

  it('never cut a surrogate pair in two', async () => {
    const { rows } = await read([['a\u{1f600}'.repeat(400)]], { maxCell: 17 });
    expect(rows).toEqual([[{ start: `${'a\u{1f600}'.repeat(5)}a`, length: 1_200 }]]);
  });

  it('share the page among the columns of a wide row', async () => {
    const row = Array.from({ length: 100 }, () => 'z'.repeat(1_000));
    const { rows } = await read([row], { maxBytes: 20_000 });
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(20_000);
  });

  it('refuse a row whose column names fill the page', async () => {
    const { reader } = openReader([], 1_600);
    await expect(readPage(reader, new Page({ ...request, maxBytes: 50_000 }))).rejects.toThrow(TooManyColumnsError);
  });
});

it('never holds more bytes than a page may, and stops only before a row that would not fit', async () => {
  const anyRows = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 60 }), fc.option(fc.string({ maxLength: 9 }))), {
    maxLength: 80,
  });
  const bytesOf = (row: readonly RawCell[] | undefined): number => Buffer.byteLength(JSON.stringify(row ?? []));
  await fc.assert(
    fc.asyncProperty(anyRows, fc.integer({ min: 300, max: 2_000 }), async (all, maxBytes) => {
      const { rows, end } = await read(all, { maxBytes });
      const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
      expect(bytes <= maxBytes || rows.length === 1).toBe(true);
      expect(end.cutBy === 'bytes').toBe(rows.length < all.length);
      expect(rows.length === all.length || bytes + bytesOf(all[rows.length]) > maxBytes).toBe(true);
    }),
  );
});

describe('fetches', () => {
  it('grow, and ask for one row more than the page', async () => {
    expect((await read(numbered(1_000), { maxRows: 500 })).fetches).toEqual([4, 32, 256, 209]);
    expect((await read(numbered(1_000), { maxRows: 1 })).fetches).toEqual([2]);
  });

  it('stay small while rows are large', async () => {
    const { fetches } = await read(
      Array.from({ length: 40 }, () => ['x'.repeat(300_000)]),
      { maxRows: 20 },
    );
    expect(fetches.slice(1).every((count) => count <= 3)).toBe(true);
  });

  it('give rows as they come', async () => {
    expect((await read(numbered(100))).counts).toEqual([4, 36, 100]);
  });
});
