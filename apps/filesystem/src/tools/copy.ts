import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { copyEntry } from '../write/copy-entry.ts';
import { overwriteParam } from './overwrite-param.ts';
import { pathParam } from './path-param.ts';

export const copy = defineTool({
  name: 'copy',
  title: 'Copy',
  description: 'Copy a file, or a folder with all in it. Use it to try a change on a copy. skipped counts what was left out of a folder.',
  input: z.object({ from: pathParam('What to copy.'), to: pathParam('Path of the copy.'), overwrite: overwriteParam() }),
  output: z.object({ from: z.string(), to: z.string(), etag: z.string().optional(), skipped: z.number().optional() }),
  hints: { readOnly: false, destructive: true },
  scopes: ['fs:write'],

  async run({ overwrite, ...paths }, call) {
    const [from, to] = [await locate(call, paths.from), await locate(call, paths.to)];
    return { from: from.shown, to: to.shown, ...(await copyEntry({ from, to, overwrite }, call)) };
  },
});
