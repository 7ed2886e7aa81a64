import { z } from 'zod';
import { defineTool } from '../deps.ts';
import { narrowingOf } from '../roots/locate.ts';

export const listRoots = defineTool({
  name: 'list_roots',
  title: 'List roots',
  description: 'List the folders that can be read, and whether they can be changed. Use first.',
  input: z.object({}),
  output: z.object({
    roots: z.array(z.object({ name: z.string(), uri: z.string(), writable: z.boolean(), guarantee: z.string() })),
  }),
  hints: { readOnly: true },
  scopes: ['fs:read'],

  async run(_args, call) {
    const roots = call.deps.roots.list(await narrowingOf(call));
    return { roots: roots.map(({ name, uri, writable, guarantee }) => ({ name, uri, writable, guarantee })) };
  },
});
