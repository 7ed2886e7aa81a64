import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { locate } from '../roots/locate.ts';
import { ensureFolder } from '../write/ensure-folder.ts';
import { pathParam } from './path-param.ts';

export const makeDirectory = defineTool({
  name: 'make_directory',
  title: 'Make directory',
  description: 'Make a folder and those above it. Use it before files go there; a folder that is there already is fine.',
  input: z.object({ path: pathParam('Folder.') }),
  output: z.object({ created: z.boolean() }),
  hints: { readOnly: false, destructive: false, idempotent: true },
  scopes: ['fs:write'],

  async run({ path }, call) {
    return ensureFolder(await locate(call, path), { ...call.deps, signal: call.signal });
  },
});
