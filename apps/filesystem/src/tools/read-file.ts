import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { openFile } from '../descriptor/open-file.ts';
import { locate } from '../roots/locate.ts';
import { pathParam } from './path-param.ts';

export const readFile = defineTool({
  name: 'read_file',
  title: 'Read file',
  description: 'Read a page of a text file. Use list_directory or find_files first when the name is not known.',
  input: z.object({ path: pathParam('File.') }),
  output: z.object({ text: z.string().optional(), etag: z.string(), totalBytes: z.number() }),
  hints: { readOnly: true },
  scopes: ['fs:read'],

  async run({ path }, call) {
    await using file = await openFile(await locate(call, path), call);
    const { buffer, bytesRead } = await file.handle.read({ buffer: Buffer.alloc(call.deps.limits.maxReadBytes), position: 0 });
    return { text: buffer.toString('utf8', 0, bytesRead), etag: file.etag, totalBytes: Number(file.stats.size) };
  },
});
