import { expect, it } from '@jest/globals';
import { isWithin, renderReport } from './report.ts';

const measured = [
  { name: 'one', costs: [10], ratio: 1 },
  { name: 'two', costs: [16], ratio: 1.6 },
];

it('holds the last variant to the bound', () => {
  expect(isWithin({ title: 't', unit: 'µs', measured, bound: 1.6 })).toBe(true);
  expect(isWithin({ title: 't', unit: 'µs', measured, bound: 1.5 })).toBe(false);
  expect(renderReport({ title: 't', unit: 'µs', measured, bound: 1.5 })).toContain('Bound 1.50: missed.');
});

it('names what could not be measured', () => {
  expect(renderReport({ title: 'beside another', missing: 'npm is not there' })).toBe(
    '### beside another\n\nNot measured: npm is not there\n',
  );
});
