import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Running } from './running.ts';

it('holds what was added and not taken out, as a Set does, in any order', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (choices) => {
      const running = new Running<object>();
      const twin = new Set<object>();
      const ways: { readonly item: object; readonly remove: () => void }[] = [];
      for (const [isNew, choice] of choices) {
        const way = ways[choice % Math.max(ways.length, 1)];
        if (isNew || way === undefined) {
          const item = {};
          ways.push({ item, remove: running.add(item) });
          twin.add(item);
        } else {
          way.remove();
          twin.delete(way.item);
        }
        expect(new Set(running)).toEqual(twin);
        expect([...running]).toHaveLength(twin.size);
      }
    }),
  );
});

it('gives each of its items though they go meanwhile', () => {
  const running = new Running<{ readonly remove: () => void }>();
  const items = Array.from({ length: 5 }, () => {
    const item = { remove: () => remove() };
    const remove = running.add(item);
    return item;
  });
  const seen: unknown[] = [];
  for (const item of running) {
    seen.push(item);
    item.remove();
  }
  expect(seen).toEqual(items);
  expect([...running]).toEqual([]);
});
