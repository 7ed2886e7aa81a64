import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { deleteEntry } from '../trash/delete-entry.ts';
import { pathParam } from './path-param.ts';

export const deletePath = defineTool({
  name: 'delete',
  title: 'Delete',
  description: 'Move a file, link or folder to the trash, where it stays for a while. Use restore to undo it.',
  input: z.object({
    path: pathParam('File or folder.'),
    recursive: z.boolean().default(false).describe('Also a folder that is not empty.'),
  }),
  output: z.object({ trashId: z.string() }),
  hints: { readOnly: false, destructive: true },
  scopes: ['fs:write'],

  async run({ path, recursive }, call) {
    return { trashId: await deleteEntry(await locate(call, path), { recursive }, call) };
  },
});
