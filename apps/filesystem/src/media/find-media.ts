import { mimeTypeOf } from './mime-type.ts';

/** A picture or a sound that clients can show. */
export interface Media {
  readonly kind: 'image' | 'audio';
  readonly mimeType: string;
}

/** How files of a type begin, as Latin-1. A name alone makes no picture. */
const beginnings: Readonly<Record<string, RegExp>> = {
  'audio/aac': /^\xff[\xf0-\xff]/,
  'audio/flac': /^fLaC/,
  'audio/mp4': /^.{4}ftyp/s,
  'audio/mpeg': /^(?:ID3|\xff[\xe0-\xff])/,
  'audio/ogg': /^OggS/,
  'audio/wav': /^RIFF.{4}WAVE/s,
  'audio/webm': /^\x1aE\xdf\xa3/,
  'image/avif': /^.{4}ftypavi[fs]/s,
  'image/bmp': /^BM/,
  'image/gif': /^GIF8[79]a/,
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG\r\n\x1a\n/,
  'image/tiff': /^(?:II\*\0|MM\0\*)/,
  'image/webp': /^RIFF.{4}WEBP/s,
};

/** Whether a file is a picture or a sound: by its name, and by how it begins. */
export function findMedia(name: string, head: Buffer): Media | undefined {
  const mimeType = mimeTypeOf(name);
  if (mimeType === undefined || beginnings[mimeType]?.test(head.toString('latin1', 0, 16)) !== true) return undefined;
  return { kind: mimeType.startsWith('image/') ? 'image' : 'audio', mimeType };
}
