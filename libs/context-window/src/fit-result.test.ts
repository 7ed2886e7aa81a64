import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { countTokens } from './count-tokens.ts';
import { fitResult, type FitResultOptions } from './fit-result.ts';
import { isJsonObject, type JsonValue } from './json.ts';

/** Of the sizes of the soak. */
const share = process.env['SOAK'] === '1' ? 1 : 0.3;
const bytes = (text: string): number => Buffer.byteLength(text);
const sizeOf = (value: unknown): number => bytes(JSON.stringify(value));
const link = { uri: 'trellis://kept/abc' };

function fit(value: JsonValue, options: Omit<FitResultOptions, 'keep'>) {
  const keep = jest.fn((_json: string) => Promise.resolve(link));
  return fitResult(value, { count: bytes, ...options, keep }).then((result) => ({
    ...result,
    kept: keep.mock.calls.map(([json]) => json),
  }));
}

const row = (id: number): JsonValue => ({ id, name: `row ${id}`, note: 'x'.repeat(50) });
const table = { columns: ['id', 'name'], rows: Array.from({ length: 1000 }, (_value, index) => row(index)) };

describe('fitting a result', () => {
  it('returns what is within the budget untouched, counts nothing and keeps nothing', async () => {
    const count = jest.fn(countTokens);
    const result = await fit(table, { budget: 1_000_000, count });
    expect(result).toEqual({ value: table, fits: true, omitted: [], kept: [] });
    expect(result.value).toBe(table);
    expect(count).not.toHaveBeenCalled();
  });

  it('counts once when there are more bytes than tokens allowed, and still changes nothing that fits', async () => {
    const count = jest.fn(countTokens);
    const result = await fit(table, { budget: sizeOf(table) - 1, count });
    expect(result.value).toBe(table);
    expect(result).toMatchObject({ fits: true, omitted: [], before: countTokens(JSON.stringify(table)), kept: [] });
    expect(count).toHaveBeenCalledTimes(1);
  });

  it('keeps whole items of the head and the tail of a list, and the whole behind a link', async () => {
    const { value, omitted, text, link: uri, kept, before, after } = await fit(table, { budget: 10_000 });
    const { rows, columns } = value as typeof table;
    const [omission] = omitted;
    expect(columns).toEqual(table.columns);
    expect(omission).toMatchObject({ path: ['rows'], kind: 'items', of: 1000, count: 1000 - rows.length });
    const at = omission?.at ?? 0;
    expect(rows).toEqual([...table.rows.slice(0, at), ...table.rows.slice(at + (omission?.count ?? 0))]);
    expect(at).toBeGreaterThan(rows.length / 2);
    expect(rows.at(-1)).toEqual(row(999));
    expect(after).toBe(sizeOf(value));
    expect(after).toBeGreaterThan(9000);
    expect(after).toBeLessThanOrEqual(10_000);
    expect(before).toBe(sizeOf(table));
    expect(kept).toEqual([JSON.stringify(table)]);
    expect(uri).toBe(link.uri);
    expect(text).toContain(`- rows: ${omission?.count} of 1,000 items are missing after the first ${at} and before the last `);
    expect(text).toMatch(/Read all of it at trellis:\/\/kept\/abc$/);
  });

  it('uses most of a budget in tokens', async () => {
    const { value, after, before } = await fit(table, { budget: 5000, count: countTokens });
    expect(after).toBe(countTokens(JSON.stringify(value)));
    expect(after).toBeLessThanOrEqual(5000);
    expect(after).toBeGreaterThan(4500);
    expect(before).toBeGreaterThan(20_000);
  });
});

describe('what is cut', () => {
  it('are long texts, in the middle, and short ones never, and short ones never', async () => {
    const value = { short: 'a'.repeat(200), long: 'b'.repeat(20_000), longer: 'c'.repeat(80_000) };
    const result = await fit(value, { budget: 5000 });
    expect(result.value).toMatchObject({
      short: value.short,
      long: expect.stringMatching(/^b{1000,}… \[\S+ characters left out\] …b{500,}$/),
    });
    expect(result.omitted.map(({ path, kind }) => [path, kind])).toEqual([
      [['long'], 'characters'],
      [['longer'], 'characters'],
    ]);
  });

  it('is what is large, so that what is small stays', async () => {
    const value = { few: Array.from({ length: 20 }, (_value, index) => row(index)), many: table.rows };
    const result = await fit(value, { budget: 10_000 });
    expect((result.value as typeof value).few).toEqual(value.few);
    expect(result.omitted.map(({ path }) => path)).toEqual([['many']]);
  });

  it('is no item of a row, which belongs to a column, but a long text in it', async () => {
    const value = { rows: Array.from({ length: 10 }, (_value, index) => [index, 'x'.repeat(30_000), 'end']) };
    const result = await fit(value, { budget: 5000 });
    expect((result.value as typeof value).rows).toEqual([[0, expect.stringContaining('characters left out'), 'end']]);
    expect(result.omitted.map(({ path, kind, count }) => [path.join('.'), kind, kind === 'items' ? count : 0])).toEqual([
      ['rows.0.1', 'characters', 0],
      ['rows', 'items', 9],
    ]);
  });

  it('is nothing that must stay whole', async () => {
    const value = { nextCursor: 'c'.repeat(3000), text: 't'.repeat(30_000) };
    const result = await fit(value, { budget: 5000, isWhole: (path) => path.at(-1) === 'nextCursor' });
    expect(result.value).toMatchObject({ nextCursor: value.nextCursor });
    expect(await fit(value, { budget: 5000, isWhole: () => true })).toEqual({
      value,
      fits: false,
      omitted: [],
      before: sizeOf(value),
      after: sizeOf(value),
      kept: [],
    });
  });
});

describe('a result that cannot be fitted', () => {
  it('is neither cut nor kept when the cut value is refused', async () => {
    const result = await fit(table, { budget: 5000, accepts: (value) => (value as typeof table).rows.length > 500 });
    expect(result).toMatchObject({ fits: false, kept: [] });
    expect(result.value).toBe(table);
  });

  it('has too many keys', async () => {
    const value = Object.fromEntries(Array.from({ length: 5000 }, (_value, index) => [`key${index}`, index]));
    expect(await fit(value, { budget: 5000 })).toMatchObject({ fits: false, omitted: [], kept: [] });
  });

  it('may have a key named __proto__ and parts that are used twice', async () => {
    const shared = { list: Array.from({ length: 500 }, (_value, index) => index) };
    const value = JSON.parse(`{"__proto__":{"a":1},"b":[]}`) as Record<string, JsonValue>;
    const result = await fit({ ...value, ['__proto__']: { a: 1 }, one: shared, two: shared, three: [[shared.list]] }, { budget: 2000 });
    expect(Object.keys(result.value as object)).toEqual(['__proto__', 'b', 'one', 'two', 'three']);
    expect(result.omitted.map(({ path }) => path.join('.'))).toEqual(expect.arrayContaining(['one.list', 'two.list']));
  });
});

describe('large results', () => {
  it.each([
    ['many numbers', Array.from({ length: 1_000_000 * share }, (_value, index) => index)],
    ['a long text', 'word "x" 😀\n'.repeat(500_000 * share)],
    ['many texts', Array.from({ length: 20_000 * share }, () => 'y'.repeat(300))],
    ['a text in another script', '中文'.repeat(500_000 * share)],
    ['lists in lists', Array.from({ length: 300 * share }, () => Array.from({ length: 2500 }, (_value, index) => index))],
    ['deep lists', JSON.parse('['.repeat(3000) + ']'.repeat(3000)) as JsonValue],
  ])('take a bounded time: %s', async (_name, value) => {
    const start = performance.now();
    const { fits, after } = await fit({ value }, { budget: 5000, count: countTokens });
    expect(fits).toBe(true);
    expect(after).toBeLessThanOrEqual(5000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

const text = fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('😀'.repeat(300), 'q"\\'.repeat(400), '中'.repeat(900)));
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), text),
    fc.array(tie('json'), { maxLength: 30 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('json'), { maxKeys: 6 }),
  ),
}));

describe('any result', () => {
  it('is cut to the budget or not at all; what is left is of it, in order, and every gap is counted', async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 2, max: 4000 }), async (given, budget) => {
        const value = JSON.parse(JSON.stringify(given)) as JsonValue;
        const result = await fit(value, { budget });
        if (!result.fits) expect(result.value).toBe(value);
        else expect(sizeOf(result.value)).toBeLessThanOrEqual(budget);
        expect(result.kept).toHaveLength(result.omitted.length > 0 ? 1 : 0);
        expect(refill(result.value, value, new Map(result.omitted.map((gap) => [gap.path.join('\0'), gap])), [])).toEqual(value);
      }),
      { numRuns: 300 * share },
    );
  });
});

type Gap = Awaited<ReturnType<typeof fitResult>>['omitted'][number];

/** Puts back what was left out, by what is said of it. */
function refill(cut: JsonValue, whole: JsonValue, gaps: ReadonlyMap<string, Gap>, path: readonly (string | number)[]): JsonValue {
  const gap = gaps.get(path.join('\0'));
  if (typeof cut === 'string' && typeof whole === 'string' && gap !== undefined) {
    expect(cut.startsWith(whole.slice(0, gap.at)) && cut.endsWith(whole.slice(gap.at + gap.count))).toBe(true);
    return whole;
  }
  if (Array.isArray(cut) && Array.isArray(whole)) {
    const inner = cut.map((item: JsonValue, index) => {
      const from = gap !== undefined && index >= gap.at ? index + gap.count : index;
      return refill(item, (whole[from] ?? null) as JsonValue, gaps, [...path, from]);
    });
    if (gap === undefined) return inner;
    return [...inner.slice(0, gap.at), ...(whole.slice(gap.at, gap.at + gap.count) as JsonValue[]), ...inner.slice(gap.at)];
  }
  if (!isJsonObject(cut) || !isJsonObject(whole)) return cut;
  const entries = Object.entries(cut).map(([key, child]) => [key, refill(child, whole[key] as JsonValue, gaps, [...path, key])]);
  return Object.fromEntries(entries) as JsonValue;
}
