import { expect, it } from '@jest/globals';
import { listParams } from './list-params.ts';

const { validate } = listParams['~standard'];

it.each([
  [undefined, {}],
  [{}, {}],
  [{ cursor: 'next' }, { cursor: 'next' }],
  [{ cursor: '', _meta: { progressToken: 1 } }, { cursor: '' }],
])('takes %j', (params, value) => {
  expect(validate(params)).toEqual({ value });
});

it.each([{ cursor: 1 }, { cursor: null }, { cursor: ['next'] }])('refuses %j', (params) => {
  expect(validate(params)).toEqual({ issues: [{ message: 'cursor must be a string' }] });
});
