import { AppError } from '@trellis-mcp/errors';

/** A value of `$1`, `$2`, ... before it becomes text. */
export type ParamInput = string | number | boolean | null;

/**
 * The text format of PostgreSQL; the server reads it as the type that the parameter has in the statement.
 *
 * @throws AppError `INVALID_INPUT` for text that PostgreSQL cannot hold, and for a whole number that JSON may have rounded on its way here.
 */
export function toText(value: ParamInput): string | null {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw new AppError('INVALID_INPUT', 'A parameter holds a NUL character or half of a surrogate pair.', {
      hint: 'Send plain Unicode text.',
    });
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new AppError('INVALID_INPUT', `A parameter is a number of more than 15 digits, which arrived as ${String(value)}.`, {
      hint: 'Send it as text, such as "9007199254740993": numbers of JSON lose digits.',
    });
  }
  return value === null ? null : String(value);
}
