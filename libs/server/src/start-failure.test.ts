import { expect, it } from '@jest/globals';
import { AppError, errorCodes } from '@trellis-mcp/errors';
import { toStartFailure } from './start-failure.ts';

it('tells a wrong setting, a missing service and a bug apart', () => {
  const codes = Object.fromEntries(errorCodes.map((code) => [code, toStartFailure('x', new AppError(code, 'No.')).code]));
  expect(codes).toEqual({
    INVALID_INPUT: 78,
    DENIED: 78,
    NOT_FOUND: 78,
    CONFLICT: 78,
    LIMIT: 70,
    TIMEOUT: 69,
    UPSTREAM: 69,
    CANCELLED: 70,
    INTERNAL: 70,
  });
});

it('says what to do, and nothing of an unknown error', () => {
  const known = new AppError('UPSTREAM', 'Port 1 is in use.', { hint: 'Choose another one.' });
  expect(toStartFailure('x', known).line).toBe('x could not start: Port 1 is in use. Choose another one.');
  expect(toStartFailure('x', new Error('postgres://user:secret@host')).line).toBe('x could not start: an internal failure.');
});
