import { expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import { toCancelled } from './stop-reasons.ts';

const overdue = new AppError('TIMEOUT', 'Too late.');

it.each([
  ['the reason itself when callers may read it', overdue, overdue],
  [
    'a database that did not answer when our own time limit ran out',
    new DOMException('', 'TimeoutError'),
    { code: 'UPSTREAM', retryable: true },
  ],
  ['a cancellation otherwise', new DOMException('', 'AbortError'), { code: 'CANCELLED' }],
])('is %s', (_what, reason, error) => {
  expect(toCancelled(AbortSignal.abort(reason))).toMatchObject(error);
});
