import type { AppError } from '@trellis-mcp/errors';

/** Whether an error ends all advice: the caller or the database is gone. One with an SQLSTATE is about one statement, such as a locked table. */
export function isFatal({ code, details }: AppError): boolean {
  return code === 'CANCELLED' || (code === 'UPSTREAM' && details?.['sqlState'] === undefined);
}
