import { AppError } from '@trellis-mcp/errors';
import { type Attachment, type Call, embed, reply } from '@trellis-mcp/server';
import { z } from 'zod';
import { type Deps, defineTool } from '../deps.ts';
import type { ReadableFile } from '../descriptor/open-file.ts';
import { openToRead } from '../descriptor/open-to-read.ts';
import { openBytes } from '../read/byte-source.ts';
import { readMedia } from '../read/read-media.ts';
import { fileUri } from '../roots/file-uri.ts';
import { locate } from '../roots/locate.ts';
import { quote } from '../roots/located.ts';
import { pathParam } from '../tools/path-param.ts';
import { maxResultBytes } from './define-official.ts';
import { officialOutput } from './official-reply.ts';

export const readMediaFile = defineTool({
  name: 'read_media_file',
  title: 'Read media file',
  description: 'Read an image or a sound as such, any other file as bytes. Use for what is no text.',
  input: z.object({ path: pathParam('File.') }),
  output: officialOutput,
  hints: { readOnly: true },
  scopes: ['fs:read'],
  maxResultBytes,
  isWhole: true,

  async run({ path }, call) {
    await using file = await openToRead(await locate(call, path), call);
    return reply({}, { text: '', attach: [await readAttachment(file, call)] });
  },
});

/** @throws AppError `LIMIT` for a file that is no media and larger than these may be. */
async function readAttachment(file: ReadableFile, { deps: { limits }, signal }: Call<Deps>): Promise<Attachment> {
  const source = await openBytes(file, signal);
  // A link may have a name that tells nothing.
  const located = { ...file.located, names: file.names };
  const media = await readMedia({ ...file, located }, source, limits.maxMediaBytes);
  if (media !== undefined) return media.attachment;
  if (source.size > limits.maxMediaBytes) {
    throw new AppError('LIMIT', `${quote(file.located)} has ${source.size} bytes; at most ${limits.maxMediaBytes} are sent.`, {
      hint: 'Read it in pages with read_file: unit byte, encoding base64. An operator can raise --max-media-bytes.',
    });
  }
  return embed({ uri: fileUri(located), mimeType: 'application/octet-stream', content: await source.read(0, source.size) });
}
