import { AppError } from '@trellis-mcp/errors';
import { type Located, quote } from '../roots/located.ts';

/** One text for what is not there, what a link leads out of the roots to, and what is hidden: which of them is nobody's business. */
export function missing(located: Located, hint = 'list_directory and find_files show what is there.'): AppError {
  return new AppError('NOT_FOUND', `There is no file or folder ${quote(located)} inside the roots.`, { hint });
}
