import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { AppError, isAppError } from './app-error.ts';

it('keeps code, message, hint and cause', () => {
  const cause = new Error('driver');
  const error = new AppError('UPSTREAM', 'The database did not answer.', { hint: 'Try again.', retryable: true, cause });
  expect(error).toMatchObject({ code: 'UPSTREAM', message: 'The database did not answer.', hint: 'Try again.', retryable: true });
  expect(error.cause).toBe(cause);
});

it('has no cause property when nothing was caught', () => {
  expect('cause' in new AppError('INTERNAL', 'x')).toBe(false);
});

it('prints nothing that it does not have when nobody catches it', () => {
  const text = inspect(new AppError('INVALID_INPUT', 'Two tools are named "add".', { retryable: false }));
  expect(text).toMatch(/^AppError: Two tools are named "add"\./);
  expect(text).toContain("code: 'INVALID_INPUT'");
  expect(text).toContain('retryable: false');
  expect(text).not.toContain('undefined');
});

it('recognises an AppError of another copy of the package, and nothing else', () => {
  const foreign = Object.assign(new Error('x'), { name: 'AppError', code: 'LIMIT' });
  expect(isAppError(foreign)).toBe(true);
  expect(isAppError(new Error('x'))).toBe(false);
  expect(isAppError({ name: 'AppError', code: 'LIMIT' })).toBe(false);
});
