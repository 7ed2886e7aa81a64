import { isAscii, isUtf8 } from 'node:buffer';
import { AppError } from '@trellis-mcp/errors';
import { showValue } from '@trellis-mcp/validation';
import { findEncoding as findBeginning, type TextEncoding } from '../read/text-encoding.ts';

/** A whole file as text. A byte order mark is its first character. */
export interface WholeText {
  readonly text: string;
  readonly encoding: TextEncoding;
}

/**
 * Decodes a whole file: by its byte order mark, else as UTF-8, else as Latin-1, in which every byte is a character. Encoding the text again
 * gives the same bytes.
 *
 * @throws AppError `INVALID_INPUT` for bytes that are no text.
 */
export function decodeWhole(bytes: Buffer): WholeText {
  const encoding = findEncoding(bytes);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    if (bytes.length % 2 === 1) throw notText(`it is marked as ${encoding} and has half a character at its end`);
    return { text: (encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16()).toString('utf16le'), encoding };
  }
  if (bytes.includes(0)) throw notText('it holds NUL bytes');
  return { text: bytes.toString(encoding), encoding };
}

/**
 * Refuses to put Latin-1 between characters of UTF-8: a file that begins as UTF-8, and is read so, may hold bytes further on that are none.
 *
 * @throws AppError `INVALID_INPUT` for texts that are not all ASCII.
 */
export function assertNotMixed(bytes: Buffer, encoding: TextEncoding, texts: readonly string[]): void {
  if (encoding !== 'latin1' || texts.every((text) => isAscii(Buffer.from(text)))) return;
  const beginning = findBeginning(bytes);
  if (beginning.kind !== 'text' || beginning.encoding !== 'utf-8') return;
  throw new AppError('INVALID_INPUT', 'The file begins as UTF-8 and holds bytes that are none: only ASCII can be put into it.', {
    hint: 'Use ASCII characters, or write the whole file with write_file.',
  });
}

/**
 * Encodes a text.
 *
 * @throws AppError `INVALID_INPUT` for a character that the encoding does not have.
 */
export function encodeText(text: string, encoding: TextEncoding): Buffer {
  const missing = findMissing(text, encoding);
  if (missing !== undefined) {
    throw new AppError('INVALID_INPUT', `${encoding} has no character ${showValue(missing)}.`, {
      hint: 'Use characters of the encoding of the file, or write the whole file in another one with write_file.',
    });
  }
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : encoding);
}

function findEncoding(bytes: Buffer): TextEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return isUtf8(bytes) ? 'utf-8' : 'latin1';
}

/** UTF-16 takes any string, also one with half of a surrogate pair, as files of it do. */
function findMissing(text: string, encoding: TextEncoding): string | undefined {
  if (encoding === 'latin1') return /[^\0-\xff]/u.exec(text)?.[0];
  return encoding === 'utf-8' && !text.isWellFormed() ? /\p{Surrogate}/u.exec(text)?.[0] : undefined;
}

function notText(why: string): AppError {
  return new AppError('INVALID_INPUT', `The file is no text that can be edited: ${why}.`, {
    hint: 'Write the whole file with write_file and encoding "base64".',
  });
}
