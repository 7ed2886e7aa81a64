import { boundedText } from '@trellis-mcp/validation';
import type { z } from 'zod';

/** A path as an argument. What it may name is judged by the gate. */
export function pathParam(description: string): z.ZodString {
  return boundedText({ min: 1, max: 4096 }).describe(description);
}
