import { AppError } from '@trellis-mcp/errors';
import { codeOf, messageOf, upstreamError } from './upstream-error.ts';

/** Codes of Node for a certificate that does not hold. */
const certificateCodes = /CERT|^UNABLE_TO_|^ERR_TLS_/;

/** What to do when there are more callers than connections. */
export const busyHint = 'Try again in a moment, or allow more connections.';

/** Makes the one error of a failed statement or connection. It names a code at most: no host, user, row or statement. */
export function translatePostgresError(failure: unknown): AppError {
  const code = codeOf(failure) ?? '';
  return isState(code) ? fromState(code, failure) : fromConnection(code, failure);
}

/** Makes the error of calls that are not tried. */
export function refuseWhileAway(): AppError {
  return unreachable(new Error('Not tried: earlier calls failed.'));
}

/** Makes the error of a wait in which no connection came back to the pool. */
export function allInUse(): AppError {
  return new AppError('UPSTREAM', 'All connections to Postgres are in use.', {
    hint: busyHint,
    retryable: true,
    retryAfterMs: 1_000,
    details: { busy: true },
  });
}

/** Whether others have what the statement wanted, a connection or a lock: Postgres is well. */
export function isBusy(error: AppError): boolean {
  return error.details?.['busy'] === true;
}

/** Whether the failure is the server's answer to a statement, after which the connection is as good as before. */
export function isAnswer(failure: unknown): boolean {
  const code = codeOf(failure) ?? '';
  return isState(code) && !/^(08|57P)/.test(code);
}

function isState(code: string): boolean {
  // Node's own codes of five letters, such as EPIPE, are no SQLSTATE.
  return /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE';
}

function fromState(state: string, failure: unknown): AppError {
  if (/^(28|42501)/.test(state)) {
    return upstreamError('Postgres refused access.', failure, {
      retryable: false,
      hint: 'Check the user, password and rights of the URL.',
    });
  }
  if (state === '3D000') {
    return upstreamError('Postgres has no such database.', failure, { retryable: false, hint: 'Check the database name of the URL.' });
  }
  if (state === '08P01' && messageOf(failure).includes('startup parameter')) return refuseStartup(failure);
  if (/^40|^55P03/.test(state)) return inTheWay(failure);
  // Connection lost, out of resources, shutting down or starting, timed out.
  if (/^(08|53|57)/.test(state)) return unreachable(failure);
  return upstreamError('Postgres refused a statement.', failure, { retryable: false });
}

function fromConnection(code: string, failure: unknown): AppError {
  if (certificateCodes.test(code)) {
    return upstreamError('The certificate of Postgres was not accepted.', failure, {
      retryable: false,
      hint: 'Name its authority in the URL (sslrootcert), or correct the host name.',
    });
  }
  if (messageOf(failure) === 'The server does not support SSL connections') {
    return upstreamError('Postgres does not offer TLS, which the URL asks for.', failure, {
      retryable: false,
      hint: 'Take sslmode out of the URL, or enable TLS on the server.',
    });
  }
  return unreachable(failure);
}

function refuseStartup(failure: unknown): AppError {
  return upstreamError('A connection pooler in front of Postgres refused the settings of the session.', failure, {
    retryable: false,
    hint: 'Connect to Postgres itself, or let the pooler pass the startup parameter "options".',
  });
}

/** Rolled back for others' sake, or a lock was not to be had. */
function inTheWay(failure: unknown): AppError {
  return upstreamError('What others do in Postgres was in the way of a statement.', failure, {
    hint: 'Try again in a moment.',
    retryable: true,
    retryAfterMs: 1_000,
    details: { busy: true },
  });
}

function unreachable(failure: unknown): AppError {
  return upstreamError('Postgres did not answer.', failure, {
    hint: 'Check that it runs, and the host and port of its URL.',
    retryable: true,
    retryAfterMs: 1_000,
  });
}
