import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from './read-json.ts';
import { isCut, renderCell } from './render-cell.ts';
import type { TypeCatalog } from './type-catalog.ts';

const types: TypeCatalog = new Map([
  [1007, { name: 'integer[]', elementOid: 23, delimiter: ',' }],
  [1009, { name: 'text[]', elementOid: 25, delimiter: ',' }],
  [1020, { name: 'box[]', elementOid: 603, delimiter: ';' }],
  [1001, { name: 'bytea[]', elementOid: 17, delimiter: ',' }],
  [9000, { name: 'positive', baseOid: 23, delimiter: ',' }],
  [9001, { name: 'positive[]', elementOid: 9000, delimiter: ',' }],
]);

const rendered: readonly (readonly [oid: number, text: string, value: unknown])[] = [
  [16, 't', true],
  [16, 'f', false],
  [21, '-32768', -32_768],
  [23, '2147483647', 2_147_483_647],
  [20, '9007199254740993', '9007199254740993'],
  [1700, '0.10', '0.10'],
  [1700, 'NaN', 'NaN'],
  [701, '0.1', 0.1],
  [701, 'NaN', 'NaN'],
  [701, '-Infinity', '-Infinity'],
  [700, '3.4e+38', 3.4e38],
  [1184, '2026-01-01 00:06:58.867929+00', '2026-01-01 00:06:58.867929+00'],
  [114, '{"a": [1, null]}', { a: [1, null] }],
  [3802, 'null', null],
  [17, '\\x00ff', '\\x00ff'],
  [1007, '{1,NULL,3}', [1, null, 3]],
  [
    1007,
    '{{1,2},{3,4}}',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [1007, '[0:1]={1,2}', '[0:1]={1,2}'],
  [1009, '{"a,b","NULL",NULL,"q\\"q",""}', ['a,b', 'NULL', null, 'q"q', '']],
  [1020, '{(1,1),(0,0);(2,2),(1,1)}', '{(1,1),(0,0);(2,2),(1,1)}'],
  [9000, '5', 5],
  [9001, '{5}', [5]],
  [12_345, 'anything', 'anything'],
];

describe('values', () => {
  it.each(rendered)('of type %s: %s', (oid, text, value) => {
    expect(renderCell(text, oid, types)).toEqual(value);
    expect(isCut(text, oid, types)).toBe(false);
  });

  it('keep null', () => {
    expect(renderCell(null, 23, types)).toBeNull();
  });

  it('show binary shortly, with its size', () => {
    const text = `\\x${'ab'.repeat(5_000)}`;
    expect(renderCell(text, 17, types)).toBe(`\\x${'ab'.repeat(32)}... (5000 bytes)`);
    expect(isCut(text, 17, types)).toBe(true);
  });

  it.each([
    [1001, `{NULL,"\\\\x${'ab'.repeat(33)}"}`, true],
    [1001, `{"\\\\x${'ab'.repeat(32)}","\\\\x${'cd'.repeat(32)}"}`, false],
    [1001, `[0:0]={"\\\\x${'ab'.repeat(33)}"}`, false],
  ])('of type %s, %s, say whether binary in them was cut', (oid, text, isShort) => {
    expect(JSON.stringify(renderCell(text, oid, types)).includes('... (33 bytes)')).toBe(isShort);
    expect(isCut(text, oid, types)).toBe(isShort);
  });

  it('say that they were cut', () => {
    expect(renderCell({ start: 'abc', length: 900 }, 25, types)).toBe('abc... (900 characters)');
    expect(renderCell({ start: '{"a":', length: 900 }, 3802, types)).toBe('{"a":... (900 characters)');
    expect(isCut({ start: 'abc', length: 900 }, 25, types)).toBe(true);
  });
});

describe('JSON', () => {
  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['{"id": 9007199254740993}', { id: '9007199254740993' }],
    ['9007199254740992', 9_007_199_254_740_992],
    ['1e400', '1e400'],
    ['1e3', 1_000],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['{"price": 99999999.123456789}', { price: '99999999.123456789' }],
    ['[12345678901.12345, 12345678901.1234567]', [12_345_678_901.123_45, '12345678901.1234567']],
    ['{"a": "1234567890123456789"}', { a: '1234567890123456789' }],
    ['{"__proto__": {"x": 1e1}}', JSON.parse('{"__proto__": {"x": 10}}')],
  ])('keeps the digits of %s', (text, value) => {
    expect(readJson(text)).toEqual(value);
  });

  it('is passed on as it is wherever JSON numbers hold it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(JSON.stringify(readJson(JSON.stringify(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('stays text when it is nested deeper than readers stand', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(readJson(deep)).toBe(deep);
    expect(readJson('["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[["]')).toEqual(['[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["[[']);
  });
});
