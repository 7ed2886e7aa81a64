import { z } from 'zod';

/** Whether a file in the way is replaced, as an argument. */
export function overwriteParam(): z.ZodDefault<z.ZodBoolean> {
  return z.boolean().default(false).describe('Replace a file.');
}
