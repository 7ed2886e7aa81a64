import type { ByteSource } from './byte-source.ts';
import { fitText } from './fit-text.ts';
import type { Page } from './page.ts';
import { endOfText, startOfText, type TextEncoding } from './text-encoding.ts';

/** Which bytes, and how many fit. */
export interface ByteRequest {
  readonly offset: number;
  readonly limit: number | undefined;
  /** Most bytes of text or base64 in the answer. */
  readonly maxBytes: number;
}

/** Longest character, in bytes: a page holds at least one. */
const maxCharacterBytes = 4;

/** A page of bytes as base64. */
export async function readBinary(source: ByteSource, request: ByteRequest): Promise<Page> {
  const { maxBytes, limit = maxBytes } = request;
  const start = startOf(source, request.offset);
  const bytes = await source.read(start, Math.min(limit, Math.floor(maxBytes / 4) * 3));
  return { base64: bytes.toString('base64'), encoding: 'base64', ...endOfPage(source, start, bytes.length) };
}

/** A page of bytes as text, of whole characters: it may begin some bytes later, and end some earlier or later, than asked. */
export async function readTextBytes(source: ByteSource, request: ByteRequest, encoding: TextEncoding): Promise<Page> {
  const { maxBytes, limit = maxBytes } = request;
  const asked = startOf(source, request.offset);
  const bytes = await source.read(asked, Math.max(Math.min(limit, maxBytes), maxCharacterBytes) + maxCharacterBytes);
  const skipped = Math.min(startOfText(bytes, encoding, asked), bytes.length);
  const wanted = bytes.subarray(skipped, skipped + Math.max(1, Math.min(limit, maxBytes)));
  const isEnd = asked + skipped + wanted.length >= source.size;
  const whole = isEnd ? wanted.length : endOfText(wanted, encoding);
  const first = whole > 0 ? whole : endOfFirst(bytes.subarray(skipped), encoding);
  const { length, ...fitted } = fitText(bytes.subarray(skipped, skipped + first), encoding, maxBytes);
  return { ...fitted, encoding, ...endOfPage(source, asked + skipped, length) };
}

/** Bytes of the first character: pages of one byte must not stand still. */
function endOfFirst(bytes: Buffer, encoding: TextEncoding): number {
  for (let length = 1; length <= Math.min(maxCharacterBytes, bytes.length); length += 1) {
    const end = endOfText(bytes.subarray(0, length), encoding);
    if (end > 0) return end;
  }
  return Math.min(maxCharacterBytes, bytes.length);
}

function startOf({ size }: ByteSource, offset: number): number {
  return offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
}

/** A page without a byte is the last one: the file became shorter. */
function endOfPage({ size }: ByteSource, start: number, length: number): Pick<Page, 'nextOffset' | 'totalBytes' | 'truncated' | 'unit'> {
  const end = start + length;
  const isMore = end < size && length > 0;
  return { unit: 'byte', totalBytes: size, truncated: isMore, ...(isMore && { nextOffset: end }) };
}
