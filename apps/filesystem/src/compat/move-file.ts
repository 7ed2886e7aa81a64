import { z } from 'zod';
import { move } from '../tools/move.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';

export const moveFile = defineOfficial({
  name: 'move_file',
  title: 'Move file',
  description: 'Move or rename a file or folder, never onto one that is there. Use move to replace a file.',
  input: z.object({ source: pathParam('What to move.'), destination: pathParam('Its new path.') }),
  hints: { readOnly: false, destructive: true },
  shorten: 'Call move.',

  async answer({ source, destination }, call) {
    await move.run({ from: source, to: destination, overwrite: false }, call);
    return `Successfully moved ${source} to ${destination}`;
  },
});
