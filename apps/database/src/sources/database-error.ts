import { AppError } from '@trellis-mcp/errors';
import { cutText } from '../text/cut-text.ts';
import { readLess } from './stop-reasons.ts';

/** An error of a database, whatever the driver: the SQLSTATE and what PostgreSQL said. */
export interface SqlFailure {
  readonly kind: 'sql';
  /** SQLSTATE, five characters (PostgreSQL, appendix A). */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  /** Character of the caller's statement, from 1. */
  readonly position?: number;
}

/** What can go wrong below a tool. */
export type SourceFailure =
  | SqlFailure
  | { readonly kind: 'columns'; readonly columns: number }
  /** One row is larger than what may be held in memory. */
  | { readonly kind: 'row'; readonly maxBytes: number }
  /** The embedded engine failed. */
  | { readonly kind: 'broken'; readonly message: string }
  /** The connection ended under the statement. */
  | { readonly kind: 'lost'; readonly message: string };

const again = 'Send the same call again in a moment.';

const schemaHint = 'Call search_schema for the names and types that exist.';

/** Next steps by SQLSTATE; a class of two characters stands for all its codes. */
const hints: Readonly<Record<string, string>> = {
  '42P01': schemaHint,
  '42703': schemaHint,
  '42883': 'No such function, or not for these types: add casts, or call search_schema with kinds ["function"].',
  '42P18': 'Give the parameter a type, such as $1::text.',
  '08P01': 'Pass one value in params for each of $1, $2, ...',
  '3F000': schemaHint,
  '42501': 'This server may only read.',
  '25006': 'This server may only read.',
  '42': 'Correct the SQL; this is PostgreSQL syntax.',
  '22': 'Correct the value, or cast it.',
};

/** Classes of SQLSTATE that the caller's statement or values cause; 2F and 25 are writes in a READ ONLY transaction, 10 is XPath. */
const callersClasses = new Set(['0A', '10', '20', '21', '22', '23', '25', '26', '2F', '34', '3D', '3F', '42', '44', 'P0']);

/** The same for single codes: too few values, and what is not ready to be read, such as a materialized view without rows. */
const callersCodes = new Set(['08P01', '55000']);

/** A statement or a transaction took too long: `statement_timeout`, `idle_in_transaction_session_timeout`, `transaction_timeout` (17). */
const deadlines = new Set(['57014', '25P03', '25P04']);

/** Translates an error of a source, once: codes and PostgreSQL's own sentence for the caller, the rest for the log. */
export function toAppError(failure: SourceFailure): AppError {
  if (failure.kind === 'columns') {
    return new AppError('LIMIT', `The result has ${String(failure.columns)} columns, too many for one page.`, {
      hint: 'Name the columns that you need.',
      details: { columns: failure.columns },
    });
  }
  if (failure.kind === 'row') {
    return new AppError('LIMIT', `A row is larger than ${String(failure.maxBytes)} bytes.`, {
      hint: 'Read parts of its values, such as left(value, 1000), or length(value).',
      details: { maxBytes: failure.maxBytes },
    });
  }
  if (failure.kind === 'lost') {
    return new AppError('UPSTREAM', 'The connection to the database was lost.', {
      hint: again,
      retryable: true,
      retryAfterMs: 1_000,
      cause: new Error(failure.message),
    });
  }
  if (failure.kind === 'broken') {
    return new AppError('UPSTREAM', 'The embedded database failed on this statement and was restarted.', {
      hint: 'Use a simpler statement, or read less.',
      retryable: false,
      cause: new Error(failure.message),
    });
  }
  return fromSql(failure);
}

function fromSql({ code, message, detail, position }: SqlFailure): AppError {
  const sentence = `${cutText(message, 500)}${position === undefined ? '' : ` (at character ${String(position)})`}.`;
  const details = { sqlState: code, ...(position === undefined ? {} : { position }) };
  const options = { details, cause: new Error(detail === undefined ? message : `${message}: ${detail}`) };
  const hint = hints[code] ?? hints[code.slice(0, 2)];
  if (deadlines.has(code)) {
    return new AppError('TIMEOUT', 'The database stopped the statement at its deadline.', { ...options, hint: readLess });
  }
  if (code === '54001') {
    return new AppError('LIMIT', sentence, { ...options, hint: 'Use fewer levels, an IN list, or params.' });
  }
  if (code.startsWith('53')) {
    return new AppError('LIMIT', sentence, { ...options, hint: 'Read less: filter, aggregate, or add LIMIT.' });
  }
  if (callersClasses.has(code.slice(0, 2)) || code.startsWith('54') || callersCodes.has(code)) {
    const denied = code === '42501' || code === '25006';
    return new AppError(denied ? 'DENIED' : 'INVALID_INPUT', sentence, hint === undefined ? options : { ...options, hint });
  }
  const retryable = /^(08|40|55|57)/.test(code);
  return new AppError('UPSTREAM', `The database failed with SQLSTATE ${code}.`, {
    ...options,
    retryable,
    ...(retryable ? { hint: again } : {}),
  });
}
