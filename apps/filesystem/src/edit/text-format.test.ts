import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeWhole, encodeText } from './text-format.ts';

const formats: readonly [title: string, bytes: Buffer, text: string, encoding: string][] = [
  ['UTF-8', Buffer.from('é😀'), 'é😀', 'utf-8'],
  ['UTF-8 with a mark', Buffer.from('\ufeffé'), '\ufeffé', 'utf-8'],
  ['UTF-16, little end first', Buffer.from('\ufeffé😀', 'utf16le'), '\ufeffé😀', 'utf-16le'],
  ['UTF-16, big end first', Buffer.from('\ufeffé', 'utf16le').swap16(), '\ufeffé', 'utf-16be'],
  ['UTF-16 with half a surrogate pair', Buffer.from('\ufeff\ud83d', 'utf16le'), '\ufeff\ud83d', 'utf-16le'],
  ['Latin-1', Buffer.from([0x63, 0x61, 0x66, 0xe9]), 'café', 'latin1'],
  ['nothing', Buffer.alloc(0), '', 'utf-8'],
];

it.each(formats)('reads %s and writes the same bytes', (_title, bytes, text, encoding) => {
  const whole = decodeWhole(bytes);
  expect(whole).toEqual({ text, encoding });
  expect(encodeText(text, whole.encoding)).toEqual(bytes);
});

it('writes the same bytes for everything that it reads', () => {
  const marks = fc.constantFrom([], [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf]);
  fc.assert(
    fc.property(marks, fc.uint8Array({ min: 1 }), (mark, body) => {
      const bytes = Buffer.from([...mark, ...body.subarray(0, body.length & ~1)]);
      const { text, encoding } = decodeWhole(bytes);
      expect(encodeText(text, encoding)).toEqual(bytes);
    }),
  );
});

describe('what is refused', () => {
  it('bytes that are no text', () => {
    expect(() => decodeWhole(Buffer.from([0x7f, 0x45, 0, 1]))).toThrow('NUL bytes');
    expect(() => decodeWhole(Buffer.from([0xff, 0xfe, 0x41]))).toThrow('half a character');
  });

  it('characters that the encoding does not have', () => {
    expect(() => encodeText('a€', 'latin1')).toThrow('"€"');
    expect(() => encodeText('a\ud83d', 'utf-8')).toThrow('utf-8');
  });
});
