import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { restoreEntry } from '../trash/restore-entry.ts';

export const restore = defineTool({
  name: 'restore',
  title: 'Restore',
  description: 'Put back what delete has moved to the trash. Use it to undo; it never overwrites.',
  input: z.object({ trashId: boundedText({ min: 1, max: 100 }).describe('From delete.') }),
  output: z.object({ path: z.string() }),
  hints: { readOnly: false, destructive: false },
  scopes: ['fs:write'],

  async run({ trashId }, call) {
    return { path: await restoreEntry(trashId, call) };
  },
});
