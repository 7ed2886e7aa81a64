import { expect, it } from '@jest/globals';
import { splitWords } from './split-words.ts';

it.each([
  ['list_tables', ['list', 'tables']],
  ['listTables', ['list', 'tables']],
  ['getHTTPResponse2', ['get', 'http', 'response', '2']],
  ['kebab-case.and/path', ['kebab', 'case', 'and', 'path']],
  ['ＦＵＬＬ width', ['full', 'width']],
  ['Größe 大小', ['größe', '大小']],
  ['!!! "\u0000', []],
])('splits %j', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

it.each(['a', 'aB', 'a ', '1a', '\u0301', '_'])('takes time in line with the length of %j repeated', (piece) => {
  const start = performance.now();
  expect(splitWords(piece.repeat(1_000_000)).length).toBeLessThanOrEqual(2000);
  expect(performance.now() - start).toBeLessThan(10_000);
});
