import { z } from 'zod';

/** A path as an argument. All of it is judged by the gate, its length included; published bounds would only cost every model tokens. */
export function pathParam(description: string): z.ZodString {
  return z.string().describe(description);
}
