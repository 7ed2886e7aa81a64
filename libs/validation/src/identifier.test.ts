import { expect, it } from '@jest/globals';
import { identifier } from './identifier.ts';

function messageOf(value: unknown): string {
  return identifier().safeParse(value).error?.issues[0]?.message ?? 'accepted';
}

it.each([
  ['a plain name', 'customers', 'accepted'],
  ['63 bytes, the most PostgreSQL keeps', 'x'.repeat(63), 'accepted'],
  ['a quote, legal in a quoted identifier', 'a"; DROP TABLE b', 'accepted'],
  ['a Cyrillic look-alike, another name than the Latin one', 'сustomers', 'accepted'],
  ['31 two-byte letters', 'é'.repeat(31), 'accepted'],
  ['blanks, legal in a quoted identifier', ' ', 'accepted'],
  ['nothing', undefined, 'is required'],
  ['null', null, 'must be text; got null'],
  ['a number', 7, 'must be text; got a number'],
  ['a list', ['a'], 'must be text; got a list'],
  ['an empty text', '', 'must not be empty'],
  ['a NUL, which ends a C string', 'users\0x', 'must not contain a NUL character; there is one at position 5'],
  ['half of a surrogate pair, which UTF-8 cannot carry', 'a\ud800', 'must be valid Unicode; it contains half of a surrogate pair'],
  [
    '64 bytes, which PostgreSQL would cut to another name',
    'y'.repeat(64),
    `must be at most 63 bytes, as every SQL identifier; got "${'y'.repeat(64)}"`,
  ],
  ['32 two-byte letters', 'é'.repeat(32), `must be at most 63 bytes, as every SQL identifier; got "${'é'.repeat(32)}"`],
])('judges %s', (_, value, verdict) => {
  expect(messageOf(value)).toBe(verdict);
});

it('keeps the name as it is: no trimming, folding or normalising', () => {
  for (const name of [' Users ', 'CAFÉ', 'cafe\u0301', '\uff55sers']) {
    expect(identifier().parse(name)).toBe(name);
  }
});

it('answers a huge name at once and with a short message', () => {
  const start = performance.now();
  const message = messageOf('x'.repeat(10_000_000));
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(message.length).toBeLessThan(160);
});

it('takes the limit of another database', () => {
  expect(identifier({ maxBytes: 128 }).safeParse('x'.repeat(128)).success).toBe(true);
});
