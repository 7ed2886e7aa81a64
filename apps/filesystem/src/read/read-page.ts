import { AppError } from '@trellis-mcp/errors';
import type { ByteSource } from './byte-source.ts';
import type { Page, PageRequest } from './page.ts';
import { readBinary, readTextBytes } from './read-bytes.ts';
import { readLines } from './read-lines.ts';
import { findEncoding, type TextEncoding } from './text-encoding.ts';

/** How much may be read. */
export interface ReadLimits {
  /** Most bytes of text in the answer, as JSON. */
  readonly maxReadBytes: number;
  /** Most bytes that are looked through for a line. */
  readonly maxFileBytes: number;
}

/** Reads a page of an open file; memory is bounded by the page, whatever the file. */
export async function readPage(source: ByteSource, request: PageRequest, limits: ReadLimits): Promise<Page> {
  const found = request.encoding === undefined ? findEncoding(source.head) : toFound(request.encoding);
  if (found.kind === 'binary') return readBinaryPage(source, request, limits.maxReadBytes);
  const encoding = found.kind === 'text' ? found.encoding : 'utf-8';
  const page = await readTextPage(source, request, { limits, encoding });
  // ASCII at the beginning said nothing yet; what is no UTF-8 further on is Latin-1, which loses no byte.
  return page.lossy === true && found.kind === 'ascii' ? readTextPage(source, request, { limits, encoding: 'latin1' }) : page;
}

function toFound(encoding: TextEncoding | 'base64'): ReturnType<typeof findEncoding> {
  return encoding === 'base64' ? { kind: 'binary' } : { kind: 'text', encoding };
}

async function readBinaryPage(source: ByteSource, { offset, limit, unit, encoding }: PageRequest, maxBytes: number): Promise<Page> {
  if (unit === 'line' || (unit === undefined && encoding === undefined && (offset !== undefined || limit !== undefined))) {
    throw new AppError('INVALID_INPUT', 'The file is no text; it has no lines.', {
      hint: 'Set unit to byte, or say the encoding.',
    });
  }
  return readBinary(source, { offset: offset ?? 0, limit, maxBytes });
}

async function readTextPage(
  source: ByteSource,
  { offset, limit, unit }: PageRequest,
  { limits, encoding }: { readonly limits: ReadLimits; readonly encoding: TextEncoding },
): Promise<Page> {
  const { maxReadBytes: maxBytes, maxFileBytes: maxScanBytes } = limits;
  if (unit === 'byte') return readTextBytes(source, { offset: offset ?? 0, limit, maxBytes }, encoding);
  return readLines(source, { offset: offset ?? 1, limit: limit ?? Infinity, maxBytes, maxScanBytes }, encoding);
}
