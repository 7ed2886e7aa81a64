import { expect, it } from '@jest/globals';
import { cursorParam } from './cursor-param.ts';

const foreign = 'must be a nextCursor of an earlier answer, unchanged; leave it out for the first page';

it.each([
  ['a sealed token', 'v1.abc-DEF_123.=~', 'accepted'],
  ['4,096 characters', 'x'.repeat(4096), 'accepted'],
  ['4,097 characters', 'x'.repeat(4097), foreign],
  ['an empty text, as models write for the first page', '', 'must not be empty; leave it out for the first page'],
  ['a blank', 'a b', foreign],
  ['a line break at the end', 'abc\n', foreign],
  ['a NUL', 'a\0', foreign],
  ['a letter beyond ASCII', 'é', foreign],
  ['a number', 2, 'must be text; got a number'],
])('judges %s', (_, value, verdict) => {
  expect(cursorParam().safeParse(value).error?.issues[0]?.message ?? 'accepted').toBe(verdict);
});
