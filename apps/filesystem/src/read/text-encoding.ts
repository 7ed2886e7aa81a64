import { isAscii, isUtf8 } from 'node:buffer';

/** How the bytes of a file are text. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

/** What the beginning of a file says of the rest. */
export type FoundEncoding =
  | { readonly kind: 'text'; readonly encoding: TextEncoding }
  /** Nothing but ASCII so far: UTF-8, unless something later says otherwise. */
  | { readonly kind: 'ascii' }
  /** NUL bytes, and no mark that would explain them. */
  | { readonly kind: 'binary' };

/** Bytes at the beginning that are looked at. */
const sampleBytes = 8192;

/** Finds how a file is encoded: by its byte order mark, else by what its first 8 KiB can be. */
export function findEncoding(head: Buffer): FoundEncoding {
  const sample = head.subarray(0, sampleBytes);
  const marked = readMark(sample);
  if (marked !== undefined) return { kind: 'text', encoding: marked };
  if (sample.includes(0)) return { kind: 'binary' };
  if (isAscii(sample)) return { kind: 'ascii' };
  // Only a sample that was cut may end in the middle of a character.
  const whole = head.length > sampleBytes ? sample.subarray(0, endOfText(sample, 'utf-8')) : sample;
  return { kind: 'text', encoding: isUtf8(whole) ? 'utf-8' : 'latin1' };
}

function readMark(sample: Buffer): TextEncoding | undefined {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8';
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  return sample[0] === 0xfe && sample[1] === 0xff ? 'utf-16be' : undefined;
}

/** Decodes whole characters. A byte order mark stays, so that text which is written back keeps it; what is no character becomes U+FFFD. */
export function decodeText(bytes: Buffer, encoding: TextEncoding): string {
  switch (encoding) {
    case 'utf-8':
      return bytes.toString('utf8');
    case 'latin1':
      return bytes.toString('latin1');
    case 'utf-16le':
      return bytes.toString('utf16le').toWellFormed();
    case 'utf-16be':
      return swap(bytes).toString('utf16le').toWellFormed();
  }
}

/** Whether every byte is part of a character. */
export function isText(bytes: Buffer, encoding: TextEncoding): boolean {
  if (encoding === 'latin1') return true;
  if (encoding === 'utf-8') return isUtf8(bytes);
  return bytes.length % 2 === 0 && (encoding === 'utf-16le' ? bytes : swap(bytes)).toString('utf16le').isWellFormed();
}

function swap(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16();
}

/** Where the first whole character at or behind `from` begins; `from` is a place in the file, and `bytes` start there. */
export function startOfText(bytes: Buffer, encoding: TextEncoding, from: number): number {
  if (encoding === 'utf-8') {
    const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
    return start === -1 ? 0 : start;
  }
  return encoding === 'latin1' ? 0 : from % 2;
}

/** How many of the bytes are whole characters. What can be no character counts as one. */
export function endOfText(bytes: Buffer, encoding: TextEncoding): number {
  const { length } = bytes;
  if (encoding === 'latin1') return length;
  if (encoding === 'utf-8') {
    for (let back = 1; back <= Math.min(3, length); back += 1) {
      const byte = bytes[length - back] ?? 0;
      if ((byte & 0xc0) === 0x80) continue;
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return needed > back ? length - back : length;
    }
    return length;
  }
  const even = length - (length % 2);
  const high = bytes[encoding === 'utf-16le' ? even - 1 : even - 2] ?? 0;
  return even >= 2 && high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}
