import { AppError } from '@trellis-mcp/errors';

/** Parses an answer; rejects with an `UPSTREAM` that does not quote it, as the parser's own error would in the log. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new AppError('UPSTREAM', 'The issuer sent no JSON.');
  }
}
