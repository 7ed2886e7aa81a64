import { expect, it } from '@jest/globals';
import { compareTo, measureInterleaved, median, joinRounds, type Measured } from './measure.ts';

it('takes the middle value, or the mean of the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('runs the variants in turn, back and forth, and drops the first round', async () => {
  const order: string[] = [];
  const variant = (name: string, cost: number) => ({
    name,
    run: () => {
      order.push(name);
      return Promise.resolve(cost);
    },
  });
  const measured = await measureInterleaved([variant('a', 10), variant('b', 5)], 2);
  expect(order).toEqual(['b', 'a', 'a', 'b', 'b', 'a']);
  expect(measured.map(({ ratio, costs }) => [ratio, costs.length])).toEqual([
    [1, 2],
    [0.5, 2],
  ]);
});

it('compares some variants of a run with the first of them', () => {
  const measured = [
    { name: 'a', costs: [10, 20], ratio: 1 },
    { name: 'b', costs: [5, 5], ratio: 0.375 },
    { name: 'c', costs: [10, 10], ratio: 0.75 },
  ];
  expect(compareTo(measured, ['b', 'c'])).toEqual([
    { name: 'b', costs: [5, 5], ratio: 1 },
    { name: 'c', costs: [10, 10], ratio: 2 },
  ]);
});

it('joins what several rounds measured, with ratios of those that stood beside each other', () => {
  const round = (a: number, b: number): Measured[] => [
    { name: 'a', costs: [a], ratio: 1 },
    { name: 'b', costs: [b], ratio: b / a },
  ];
  expect(joinRounds([...round(1, 2), ...round(10, 30), ...round(4, 4)])).toEqual([
    { name: 'a', costs: [1, 10, 4], ratio: 1 },
    { name: 'b', costs: [2, 30, 4], ratio: 2 },
  ]);
});
