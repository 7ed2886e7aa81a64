import { z } from 'zod';
import { makeDirectory } from '../tools/make-directory.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';

export const createDirectory = defineOfficial({
  name: 'create_directory',
  title: 'Create directory',
  description: 'Make a folder and those above it. Use before files go there; a folder that is there already is fine.',
  input: z.object({ path: pathParam('Folder.') }),
  hints: { readOnly: false, destructive: false, idempotent: true },
  shorten: 'Call make_directory.',

  async answer({ path }, call) {
    await makeDirectory.run({ path }, call);
    return `Successfully created directory ${path}`;
  },
});
