import { isAppError, type AppError } from '@trellis-mcp/errors';
import { toAppError } from '../sources/database-error.ts';
import { TooManyColumnsError } from '../sources/page.ts';

/** Translates what a statement failed with, once. `prefix` stood before the caller's text. */
export function translateFailure(error: unknown, prefix = ''): AppError {
  if (isAppError(error)) {
    return error;
  }
  if (error instanceof TooManyColumnsError) {
    return toAppError({ kind: 'columns', columns: error.columns });
  }
  const code = readState(error);
  if (!(error instanceof Error) || code === undefined) {
    return toAppError({ kind: 'lost', message: error instanceof Error ? error.message : String(error) });
  }
  const position = 'position' in error ? Number(error.position) - prefix.length : 0;
  return toAppError({
    kind: 'sql',
    code,
    message: error.message,
    ...('detail' in error && typeof error.detail === 'string' ? { detail: error.detail } : {}),
    ...(position > 0 ? { position } : {}),
  });
}

/** SQLSTATE of an error that the server sent; system errors have codes too, but no severity. */
function readState(error: unknown): string | undefined {
  const isSent = error instanceof Error && 'severity' in error && 'code' in error;
  return isSent && typeof error.code === 'string' ? error.code : undefined;
}
