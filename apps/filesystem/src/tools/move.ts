import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { moveEntry } from '../write/move-entry.ts';
import { overwriteParam } from './overwrite-param.ts';
import { pathParam } from './path-param.ts';

export const move = defineTool({
  name: 'move',
  title: 'Move',
  description: 'Move or rename a file, link or folder. Use it instead of copy and delete.',
  input: z.object({ from: pathParam('What to move.'), to: pathParam('Its new path.'), overwrite: overwriteParam() }),
  output: z.object({ from: z.string(), to: z.string(), etag: z.string().optional() }),
  hints: { readOnly: false, destructive: true },
  scopes: ['fs:write'],

  async run({ overwrite, ...paths }, call) {
    const [from, to] = [await locate(call, paths.from), await locate(call, paths.to)];
    const etag = await moveEntry({ from, to, overwrite }, call);
    return { from: from.shown, to: to.shown, ...(etag !== undefined && { etag }) };
  },
});
