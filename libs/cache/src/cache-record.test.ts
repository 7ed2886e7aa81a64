import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeRecord, encodeMarker, encodeRecord, idOf, type CacheRecord } from './cache-record.ts';

const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const record: fc.Arbitrary<CacheRecord> = fc.record({
  kind: fc.constantFrom('json', 'bytes', 'nothing'),
  createdAt: time,
  freshUntil: time,
  staleUntil: time,
  deadUntil: time,
  tags: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string()), { maxLength: 32 }),
  payload: fc.string({ unit: 'grapheme' }),
});

it('gives a record back as it was written, with an id of its own', () => {
  fc.assert(
    fc.property(record, (each) => {
      const [raw, again] = [encodeRecord(each), encodeRecord(each)];
      expect(decodeRecord(raw)).toEqual(each);
      expect(idOf(raw)).toHaveLength(16);
      expect(idOf(raw)).not.toBe(idOf(again));
    }),
  );
});

it.each([
  ['nothing at all', ''],
  ['a short text', '1j'],
  ['another version', `2${encodeMarker().slice(1)}`],
  ['an unknown kind', `1z${encodeMarker().slice(2)}`],
  ['times that are none', `1j${'a'.repeat(16)}${'-'.repeat(40)}0000{}`],
  ['tags that are none', `1j${'a'.repeat(16)}${'0'.repeat(40)}0002[1]`],
  ['the value of somebody else', JSON.stringify({ value: 'x'.repeat(100), expires: 1 })],
])('takes %s for nothing', (_, raw) => {
  expect(decodeRecord(raw)).toBeUndefined();
});
