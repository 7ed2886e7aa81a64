import { isUtf8 } from 'node:buffer';

const pageBytes = 48 * 1024;

/** A body cut into strings as a store holds them: text as it is, all else base64. */
export interface SplitBody {
  readonly isText: boolean;
  readonly pages: readonly string[];
}

/** Cuts a body into pages of at most 48 KiB; text is cut between characters. An empty body is one empty page. */
export function splitBody(bytes: Uint8Array, mimeType: string): SplitBody {
  const isText = isTextType(mimeType) && isUtf8(bytes);
  const pages: string[] = [];
  let start = 0;
  do {
    const end = isText ? characterEnd(bytes, start + pageBytes) : Math.min(start + pageBytes, bytes.length);
    pages.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(isText ? 'utf8' : 'base64'));
    start = end;
  } while (start < bytes.length);
  return { isText, pages };
}

/** Whether clients read a type as text: `text/*`, JSON, XML and their relatives. */
export function isTextType(mimeType: string): boolean {
  return /^(text\/|application\/([\w.-]+\+)?(json|xml|yaml|x-ndjson|javascript|sql)\b)/i.test(mimeType);
}

/** The last start of a character at or before `end`. */
function characterEnd(bytes: Uint8Array, end: number): number {
  if (end >= bytes.length) return bytes.length;
  let at = end;
  while (at > 0 && ((bytes[at] ?? 0) & 0b1100_0000) === 0b1000_0000) at -= 1;
  return at;
}
