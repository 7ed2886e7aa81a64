import { boundedText } from '@trellis-mcp/validation';
import type { z } from 'zod';

/** The etag of a file as an argument. */
export function etagParam(): z.ZodOptional<z.ZodString> {
  return boundedText({ min: 1, max: 64 }).optional().describe('Etag that was read; else CONFLICT.');
}
