import { z } from 'zod';

/** The nextCursor of the page before. What it holds is judged when it is opened; a model need not know more of it than its name. */
export function sealedParam(): z.ZodOptional<z.ZodString> {
  return z.string().max(4096).optional().describe('nextCursor.');
}
