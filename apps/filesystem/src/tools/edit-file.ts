import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { maxExpected } from '../edit/apply-edits.ts';
import { editFile as edit } from '../edit/edit-file.ts';
import { locate } from '../roots/locate.ts';
import { etagParam } from './etag-param.ts';
import { pathParam } from './path-param.ts';

const edits = z.array(
  z.object({
    oldText: z.string().describe('Exact text; unique unless expected is set.'),
    newText: z.string(),
    expected: z.int().min(1).max(maxExpected).optional().describe('Number of places.'),
  }),
);

export const editFile = defineTool({
  name: 'edit_file',
  title: 'Edit file',
  description: 'Replace exact text in a file: all edits or none. Use it instead of write_file for changes.',
  input: z.object({
    path: pathParam('File.'),
    edits: edits.min(1).max(100).describe('Applied in order.'),
    ifMatch: etagParam(),
    dryRun: z.boolean().default(false).describe('Only show the diff.'),
  }),
  output: z.object({ diff: z.string(), etag: z.string(), replacements: z.number() }),
  hints: { readOnly: false, destructive: true },
  scopes: ['fs:write'],

  async run({ path, ...request }, call) {
    return edit(await locate(call, path), request, call);
  },
});
