import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isWithin, wireBytes } from './fit-text.ts';

it('knows whether a text fits without spelling it out, whatever it holds', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('\u0001', '\ud800'), minLength: 1, maxLength: 20 }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: -3, max: 3 }), (given, more) => {
      expect(isWithin(given, wireBytes(given) + more)).toBe(more >= 0);
    }),
  );
});
