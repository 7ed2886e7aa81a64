import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextFerry } from './next-ferry.js';

test('the next ferry leaves later on the same day', () => {
  assert.equal(nextFerry('14:20'), '15:00');
});

test('after the last ferry the first one of tomorrow is next', () => {
  assert.equal(nextFerry('22:00'), '06:30');
});
