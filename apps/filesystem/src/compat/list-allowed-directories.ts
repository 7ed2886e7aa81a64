import { z } from 'zod';
import { narrowingOf } from '../roots/locate.ts';
import { defineOfficial } from './define-official.ts';

export const listAllowedDirectories = defineOfficial({
  name: 'list_allowed_directories',
  title: 'List allowed directories',
  description: 'List the folders that can be read, as absolute paths. Use first.',
  input: z.object({}),
  hints: { readOnly: true },
  shorten: 'Call list_roots.',

  async answer(_args, call) {
    const roots = call.deps.roots.list(await narrowingOf(call));
    return ['Allowed directories:', ...roots.map(({ path }) => path)].join('\n');
  },
});
