import { expect, it } from '@jest/globals';
import { toAppError } from './database-error.ts';

it.each([
  ['42601', 'INVALID_INPUT', 'Correct the SQL'],
  ['42703', 'INVALID_INPUT', 'search_schema'],
  ['42P01', 'INVALID_INPUT', 'search_schema'],
  ['42883', 'INVALID_INPUT', 'add casts'],
  ['42P18', 'INVALID_INPUT', '$1::text'],
  ['08P01', 'INVALID_INPUT', 'params'],
  ['22012', 'INVALID_INPUT', 'Correct the value'],
  ['22P02', 'INVALID_INPUT', 'Correct the value'],
  ['0A000', 'INVALID_INPUT', undefined],
  ['10608', 'INVALID_INPUT', undefined],
  ['3D000', 'INVALID_INPUT', undefined],
  ['3F000', 'INVALID_INPUT', 'search_schema'],
  ['55000', 'INVALID_INPUT', undefined],
  ['55P03', 'UPSTREAM', 'again'],
  ['25006', 'DENIED', 'only read'],
  ['42501', 'DENIED', 'only read'],
  ['53400', 'LIMIT', 'Read less'],
  ['54001', 'LIMIT', 'fewer levels'],
  ['57014', 'TIMEOUT', undefined],
  ['25P04', 'TIMEOUT', 'Read less'],
  ['57P01', 'UPSTREAM', undefined],
  ['XX000', 'UPSTREAM', undefined],
  ['58030', 'UPSTREAM', undefined],
])('translates SQLSTATE %s to %s', (code, expected, hint) => {
  const error = toAppError({ kind: 'sql', code, message: 'what PostgreSQL says', detail: 'more', position: 8 });
  expect(error.code).toBe(expected);
  expect(error.details).toEqual({ sqlState: code, position: 8 });
  expect(error.hint ?? '').toContain(hint ?? '');
});

it('says what the caller can correct and where', () => {
  const error = toAppError({ kind: 'sql', code: '42703', message: 'column "nope" does not exist', position: 8 });
  expect(error.message).toBe('column "nope" does not exist (at character 8).');
});

it('keeps what an engine says of itself out of the message', () => {
  const upstream = toAppError({ kind: 'sql', code: 'XX000', message: 'could not open file /srv/secret' });
  const broken = toAppError({ kind: 'broken', message: 'RuntimeError: unreachable at /srv/secret' });
  expect(upstream.message).toBe('The database failed with SQLSTATE XX000.');
  expect(broken.message).not.toContain('secret');
  expect(broken.cause).toMatchObject({ message: 'RuntimeError: unreachable at /srv/secret' });
});

it('names the columns that are too many', () => {
  expect(toAppError({ kind: 'columns', columns: 1_600 })).toMatchObject({ code: 'LIMIT', details: { columns: 1_600 } });
});
