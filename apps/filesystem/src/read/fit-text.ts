import { decodeText, endOfText, isText, type TextEncoding } from './text-encoding.ts';

/** Text made of the beginning of some bytes. */
export interface FittedText {
  readonly text: string;
  /** How many bytes it was made of. */
  readonly length: number;
  /** Set when some of the bytes are no text in this encoding. */
  readonly lossy?: true;
}

/** Bytes of a text on the wire, where JSON escapes quotes, line feeds and control characters. */
export function wireBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** JSON spells no character longer, `\u001b`; what is no ASCII has at most three bytes. */
const longestWire = 6;

/** Whether a text has at most `maxBytes` bytes on the wire. */
export function isWithin(text: string, maxBytes: number): boolean {
  return boundWire(text, maxBytes) <= maxBytes;
}

/** Bytes of a text on the wire; of a short one, which need not be spelled out for it, the most it can have. */
function boundWire(text: string, maxBytes: number): number {
  const most = text.length * longestWire;
  return most <= maxBytes ? most : wireBytes(text);
}

/** Decodes as many whole characters as `maxBytes` of JSON hold. At least one, as long as there are bytes. */
export function fitText(bytes: Buffer, encoding: TextEncoding, maxBytes: number): FittedText {
  let length = bytes.length;
  for (;;) {
    const text = decodeText(bytes.subarray(0, length), encoding);
    const wire = boundWire(text, maxBytes);
    if (wire <= maxBytes) return toFitted(text, bytes.subarray(0, length), encoding);
    const wanted = Math.min(length - 1, Math.floor((length * maxBytes) / wire));
    const next = endOfText(bytes.subarray(0, wanted), encoding);
    if (next === 0) return fitFirst(bytes.subarray(0, Math.min(4, length)), encoding);
    length = next;
  }
}

function fitFirst(bytes: Buffer, encoding: TextEncoding): FittedText {
  return toFitted(decodeText(bytes, encoding), bytes, encoding);
}

function toFitted(text: string, bytes: Buffer, encoding: TextEncoding): FittedText {
  // The replacement character may stand in the file itself.
  const isLossy = text.includes('\uFFFD') && !isText(bytes, encoding);
  return { text, length: bytes.length, ...(isLossy && { lossy: true }) };
}
