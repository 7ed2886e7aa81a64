import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { candidateKeyId, isCoveredBy, renderCandidate, type Candidate } from './candidate.ts';
import { columnKey } from './index-key.ts';
import { mergeCandidates } from './merge-candidates.ts';
import type { ExistingIndex, TableFacts } from './table-facts.ts';
import type { Wish } from './wish.ts';

const table: TableFacts = {
  name: 'public.t',
  isPartitioned: false,
  rows: 10_000,
  pages: 100,
  writes: 0,
  columns: new Map(['a', 'b', 'c', 'd'].map((name) => [name, { quoted: name, type: 'int4', category: 'N', isPlainOrder: true }])),
  indexes: [],
  foreignKeys: [],
};
const wish: Wish = {
  why: 'filter',
  table: { relation: 't' },
  node: 'Seq Scan on t',
  conditions: [],
  isComplete: true,
  sort: [],
  rows: 1,
  share: 1,
};
const keys = (names: string) => Array.from(names, (name) => ({ key: columnKey(name), suffix: '' }));

/** `ab|c`: a and b by equality, then c by range or order. */
function make(text: string, statement = 0): Candidate {
  const [equals = '', tail = ''] = text.split('|');
  return { table, method: 'btree', equals: keys(equals), tail: keys(tail), demands: [{ statement, wish }] };
}

const show = ({ equals, tail }: Candidate): string => [...equals, ...tail].map(({ key }) => renderCandidateKey(key)).join('');
const renderCandidateKey = ({ parts }: { parts: readonly unknown[] }): string => (parts[0] as { column: string }).column;

describe('candidates', () => {
  it.each<[given: string[], merged: string[]]>([
    [['a', 'a'], ['a']],
    [['a', 'ab'], ['ab']],
    [['b', 'ab'], ['ba']],
    [
      ['b', 'a|b'],
      ['ab', 'b'],
    ],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a', 'a|b'], ['ab']],
    [['|a', 'a|b'], ['ab']],
    [['|a', 'ab|c'], ['abc']],
    [['|b', 'ab|c'], ['bac']],
    [['a|b', 'ab'], ['ab']],
    [['a|bc', 'a|b'], ['abc']],
    [
      ['a|b', 'a|c'],
      ['ab', 'ac'],
    ],
    [['abc', 'b', 'bc'], ['bca']],
    [
      ['abc', 'b', 'ac'],
      ['acb', 'b'],
    ],
    [['|ab', '|a'], ['ab']],
    [
      ['|ab', '|b'],
      ['ab', 'b'],
    ],
  ])('%j become %j', (given, merged) => {
    expect(
      mergeCandidates(given.map((text) => make(text)))
        .map(show)
        .toSorted(),
    ).toEqual(merged.toSorted());
  });
});

describe('merged candidates', () => {
  it('serve all that they were made of', () => {
    const text = fc
      .tuple(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }), fc.nat(4))
      .map(([names, at]) => `${names.slice(0, at).join('')}|${names.slice(at).join('')}`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
        const given = texts.map(make);
        const merged = mergeCandidates(given);
        for (const candidate of given) {
          expect(merged.some((index) => isCoveredBy(candidate, toIndex(index)))).toBe(true);
        }
        expect(merged.flatMap(({ demands }) => demands)).toHaveLength(given.length);
      }),
      { numRuns: 500 },
    );
  });
});

function toIndex({ equals, tail }: Candidate): ExistingIndex {
  const existing = [...equals, ...tail].map(({ key }) => ({ key }));
  return { name: 'i', method: 'btree', isValid: true, isUnique: false, isPartial: false, keys: existing };
}

describe('an index that is there', () => {
  const index = (names: string, more: Partial<ExistingIndex> = {}): ExistingIndex => ({ ...toIndex(make(names)), ...more });

  it.each<[what: string, candidate: string, index: ExistingIndex, isCovered: boolean]>([
    ['the same', 'ab', index('ab'), true],
    ['in another order', 'ab', index('ba'), true],
    ['a longer one', 'a', index('ab'), true],
    ['a shorter one', 'ab', index('a'), false],
    ['a shorter one that is unique', 'ab', index('a', { isUnique: true }), true],
    ['one that starts otherwise', 'b', index('ab'), false],
    ['one of some rows', 'a', index('a', { isPartial: true }), false],
    ['a hash', 'a', index('a', { method: 'hash' }), true],
    ['a hash for an order', '|a', index('a', { method: 'hash' }), false],
    ['another kind', 'a', index('a', { method: 'brin' }), false],
    ['one in the wanted order', 'a|b', index('ab'), true],
    ['one in another order than wanted', 'a|b', index('ba'), false],
    ['one with an expression that is not understood', 'a', { ...index('a'), keys: [undefined, { key: columnKey('a') }] }, false],
    ['one for patterns', 'a', { ...index('a'), keys: [{ key: columnKey('a'), opclass: 'text_pattern_ops' }] }, false],
  ])('does or does not do what a candidate would: %s', (_what, candidate, existing, isCovered) => {
    expect(isCoveredBy(make(candidate), existing)).toBe(isCovered);
  });
});

it('writes names that need quotes so, also unknown ones', () => {
  expect(renderCandidate({ ...make('a'), equals: [{ key: columnKey('x"; drop table t; --'), suffix: '' }] })).toBe(
    'CREATE INDEX CONCURRENTLY ON public.t ("x""; drop table t; --")',
  );
  expect(candidateKeyId({ key: columnKey('a'), suffix: ' DESC' })).not.toBe(candidateKeyId({ key: columnKey('a'), suffix: '' }));
});
