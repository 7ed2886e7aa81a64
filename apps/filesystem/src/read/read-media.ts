import { type Attachment, audio, image, link } from '@trellis-mcp/server';
import type { ReadableFile } from '../descriptor/open-file.ts';
import { findMedia } from '../media/find-media.ts';
import { fileUri } from '../roots/file-uri.ts';
import type { ByteSource } from './byte-source.ts';

/** A picture or a sound, as it is attached to a result. */
export interface MediaRead {
  readonly mimeType: string;
  /** The thing itself, or a link where it is too large. */
  readonly attachment: Attachment;
}

/** Reads a picture or a sound whole, or links to it when it is larger than `maxMediaBytes`. Nothing for other files. */
export async function readMedia({ located }: ReadableFile, source: ByteSource, maxMediaBytes: number): Promise<MediaRead | undefined> {
  const name = located.names.at(-1) ?? '';
  const media = findMedia(name, source.head);
  if (media === undefined) return undefined;
  const { kind, mimeType } = media;
  if (source.size > maxMediaBytes) {
    return { mimeType, attachment: link(fileUri(located), name, { mimeType, description: 'Too large to be sent with the result.' }) };
  }
  const bytes = await source.read(0, source.size);
  return { mimeType, attachment: kind === 'image' ? image(bytes, mimeType) : audio(bytes, mimeType) };
}
