import { z } from 'zod';

/** What is told of a page of a file. */
export const pageFields = {
  text: z.string().optional(),
  base64: z.string().optional(),
  encoding: z.string(),
  unit: z.string(),
  firstLine: z.number().optional(),
  totalLines: z.number().optional(),
  totalBytes: z.number(),
  nextOffset: z.number().optional(),
  truncated: z.boolean(),
  lossy: z.boolean().optional(),
  mimeType: z.string().optional(),
  etag: z.string(),
};
