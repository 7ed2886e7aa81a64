import { reply } from '@trellis-mcp/server';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { openToRead } from '../descriptor/open-to-read.ts';
import { openBytes } from '../read/byte-source.ts';
import { pageFields } from '../read/page-output.ts';
import { readMedia } from '../read/read-media.ts';
import { readPage } from '../read/read-page.ts';
import { showPage } from '../read/show-page.ts';
import { locate } from '../roots/locate.ts';
import { pathParam } from './path-param.ts';
import { countParam, wholeParam } from './whole-param.ts';

export const readFile = defineTool({
  name: 'read_file',
  title: 'Read file',
  description: 'Read a page of a file of any size. Images and sounds come whole. Use search_text to find a place in it.',
  input: z.object({
    path: pathParam('File.'),
    offset: wholeParam('First line (from 1) or byte (from 0); negative: from the end.').optional(),
    limit: countParam('Lines or bytes.').optional(),
    unit: z.enum(['line', 'byte']).optional().describe('What offset and limit count.'),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'latin1', 'base64']).optional().describe('Default: found.'),
  }),
  output: z.object(pageFields),
  hints: { readOnly: true },
  scopes: ['fs:read'],
  // Pages and media have limits of their own.
  maxResultBytes: 25_165_824,

  async run({ path, ...request }, call) {
    const { limits } = call.deps;
    await using file = await openToRead(await locate(call, path), call);
    const source = await openBytes(file, call.signal);
    const { etag } = file;
    const media = Object.values(request).some((value) => value !== undefined)
      ? undefined
      : await readMedia(file, source, limits.maxMediaBytes);
    if (media !== undefined) {
      const { mimeType, attachment } = media;
      const data = { encoding: 'base64', unit: 'byte', totalBytes: source.size, truncated: false, mimeType, etag };
      return reply(data, { text: `[${mimeType}, ${source.size} bytes; etag ${etag}]`, attach: [attachment] });
    }
    const page = await readPage(source, request, limits);
    return reply({ ...page, etag }, { text: showPage(page, etag) });
  },
});
