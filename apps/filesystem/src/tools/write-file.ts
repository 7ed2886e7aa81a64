import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { encodeContent } from '../write/encode-content.ts';
import { writeWhole } from '../write/write-whole.ts';
import { etagParam } from './etag-param.ts';
import { pathParam } from './path-param.ts';

export const writeFile = defineTool({
  name: 'write_file',
  title: 'Write file',
  description: 'Write a whole file. Use it for new files, or with ifMatch to replace one that was read.',
  input: z.object({
    path: pathParam('File.'),
    content: z.string().describe('Whole.'),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'latin1', 'base64']).default('utf-8').describe('Of the file.'),
    ifMatch: etagParam(),
    ifAbsent: z.boolean().default(false).describe('Never replace.'),
    createParents: z.boolean().default(false).describe('Make folders.'),
  }),
  output: z.object({ etag: z.string(), bytes: z.number(), created: z.boolean() }),
  hints: { readOnly: false, destructive: true, idempotent: true },
  scopes: ['fs:write'],

  async run({ path, content, encoding, ...request }, call) {
    if (request.ifAbsent && request.ifMatch !== undefined) {
      throw new AppError('INVALID_INPUT', 'ifMatch wants a file that is there, ifAbsent one that is not.', { hint: 'Send one of them.' });
    }
    const located = await locate(call, path);
    const bytes = encodeContent(content, encoding, call.deps.limits.maxWriteBytes);
    return writeWhole(located, { ...request, bytes }, call);
  },
});
