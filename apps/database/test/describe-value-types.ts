import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SourceReader } from './read-source.ts';

let shop: SourceReader;

/** What values of every kind look like on the sample shop, whatever the engine. Call it once in a file. */
export function describeValueTypes(open: () => Promise<SourceReader>): void {
  beforeAll(async () => {
    shop = await open();
  });
  afterAll(async () => shop.close());

  it.each(values)('%s arrives as it is', async (expression, value) => {
    expect(await shop.rows(`select ${expression}`)).toEqual([[value]]);
  });

  it.each(params)('a parameter %s of %s goes in as it is', async (expression, param, value) => {
    expect(await shop.rows(`select ${expression}`, [param])).toEqual([[value]]);
  });

  it('keeps columns of the same name, and names of the types', keepNames);
  it('knows columns without rows', knowColumns);
}

const values: [string, unknown][] = [
  ['32767::int2', 32_767],
  ['(-2147483648)::int4', -2_147_483_648],
  ['9223372036854775807::int8', '9223372036854775807'],
  ['123456789012345678901234567890.123456789::numeric', '123456789012345678901234567890.123456789'],
  ["'NaN'::numeric", 'NaN'],
  ["'Infinity'::numeric", 'Infinity'],
  ['0.1::float8 + 0.2::float8', 0.300_000_000_000_000_04],
  ['1.1::float4', 1.1],
  ["'NaN'::float8", 'NaN'],
  ["'-Infinity'::float4", '-Infinity'],
  ["'12.34'::money", '$12.34'],
  ['true', true],
  ["'0044-03-15 BC'::date", '0044-03-15 BC'],
  ["'1899-12-31'::date", '1899-12-31'],
  ["'infinity'::date", 'infinity'],
  ["'4713-01-01 BC'::date", '4713-01-01 BC'],
  ["'1883-11-18 12:03:57'::timestamp", '1883-11-18 12:03:57'],
  ["'294276-12-31 23:59:59.999999'::timestamp", '294276-12-31 23:59:59.999999'],
  ["'2026-01-02 03:04:05.678901'::timestamp", '2026-01-02 03:04:05.678901'],
  ["'2026-01-02 03:04:05.678901+05:30'::timestamptz", '2026-01-01 21:34:05.678901+00'],
  ["'-infinity'::timestamptz", '-infinity'],
  ["'23:59:59.999999'::time", '23:59:59.999999'],
  ["'23:59:59-08'::timetz", '23:59:59-08'],
  ["'1 year 2 mons -3 days 04:05:06.789'::interval", '1 year 2 mons -3 days +04:05:06.789'],
  ["'\\x0001ff'::bytea", '\\x0001ff'],
  ["'\u00e4\u{1f600}'::text", '\u00e4\u{1f600}'],
  ["'ab'::char(4)", 'ab  '],
  ['\'x\'::"char"', 'x'],
  ['\'{"a": [1, 2.50, 12345678901234567890]}\'::json', { a: [1, 2.5, '12345678901234567890'] }],
  ['\'{"b": null, "a": 1e2}\'::jsonb', { a: 100, b: null }],
  ["'null'::jsonb", null],
  ['array[1, null, 3]', [1, null, 3]],
  [
    'array[[1, 2], [3, 4]]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["'{}'::text[]", []],
  ["array['a,b', 'NULL', '\"', '\\', '{}']", ['a,b', 'NULL', '"', '\\', '{}']],
  ['array[9007199254740993]::int8[]', ['9007199254740993']],
  ["array['t', 'f']::bool[]", [true, false]],
  ['array[\'{"a": 1}\']::jsonb[]', [{ a: 1 }]],
  ["array['paid']::order_status[]", ['paid']],
  ["'[0:1]={1,2}'::int[]", '[0:1]={1,2}'],
  ["array['1899-12-31', null, '0044-03-15 BC']::date[]", ['1899-12-31', null, '0044-03-15 BC']],
  ["array['NaN', '0.10']::numeric[]", ['NaN', '0.10']],
  ["array['\\x00ff']::bytea[]", ['\\x00ff']],
  ["'paid'::order_status", 'paid'],
  ["'a@b'::email_address", 'a@b'],
  ['int4range(1, 5)', '[1,5)'],
  ["tstzrange('2026-01-01 00:00+00', 'infinity')", '["2026-01-01 00:00:00+00",infinity)'],
  ["'empty'::numrange", 'empty'],
  ["'{[1,2),[5,6)}'::int4multirange", '{[1,2),[5,6)}'],
  ["'192.168.0.1/24'::inet", '192.168.0.1/24'],
  ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ["'(1,2)'::point", '(1,2)'],
  ["'fat & rat'::tsquery", "'fat' & 'rat'"],
  ["B'1010'", '1010'],
  ["row(1, 'a,b', null)", '(1,"a,b",)'],
  ["'customers'::regclass", 'customers'],
  ["'16/B374D848'::pg_lsn", '16/B374D848'],
  ['null::int', null],
];

const params: [string, string | null, unknown][] = [
  ['$1::int8', '9223372036854775807', '9223372036854775807'],
  ['$1::numeric', '0.10', '0.10'],
  ['$1::bool', 'true', true],
  ['$1::jsonb', '{"a": [1]}', { a: [1] }],
  ['$1::int[]', '{1,2}', [1, 2]],
  ['$1::bytea', '\\xff', '\\xff'],
  ['$1::timestamptz', '2026-01-02T03:04:05.678901Z', '2026-01-02 03:04:05.678901+00'],
  ['$1::date + 1', '2026-02-28', '2026-03-01'],
  ['$1', 'just text', 'just text'],
  ['$1::int', null, null],
];

async function keepNames(): Promise<void> {
  const page = await shop.read("select 1 as a, 'x'::text as a, null as b");
  const types = await shop.source.loadTypes();
  expect(page.rows).toEqual([['1', 'x', null]]);
  expect(page.columns.map(({ name, typeOid }) => [name, types.get(typeOid)?.name])).toEqual([
    ['a', 'integer'],
    ['a', 'text'],
    ['b', 'text'],
  ]);
}

async function knowColumns(): Promise<void> {
  expect(await shop.read('select id, name from customers where false')).toMatchObject({
    columns: [{ name: 'id' }, { name: 'name' }],
    rows: [],
    more: false,
  });
}
