import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distance } from './near-names.ts';

describe('the distance of two names', () => {
  it.each([
    ['orders', 'orders', 0],
    ['order', 'orders', 1],
    ['odrers', 'orders', 1],
    ['custmers', 'customers', 1],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['🦄', 'x', 1],
    ['kitten', 'sitting', 3],
  ])('%j and %j: %d', (from, to, steps) => {
    expect(distance(from, to)).toBe(steps);
    expect(distance(to, from)).toBe(steps);
  });

  it('is at most the longer one, and none only between equals', () => {
    const name = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(name, name, (from, to) => {
        const steps = distance(from, to);
        expect(steps).toBeLessThanOrEqual(Math.max(from.length, to.length));
        expect(steps === 0).toBe(from === to);
      }),
    );
  });
});
