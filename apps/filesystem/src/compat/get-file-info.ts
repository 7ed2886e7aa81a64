import { z } from 'zod';
import { openPinned } from '../descriptor/open-pinned.ts';
import { telling } from '../descriptor/translate-failure.ts';
import { locate } from '../roots/locate.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';

export const getFileInfo = defineOfficial({
  name: 'get_file_info',
  title: 'Get file info',
  description: 'Tell size, times, kind and rights of one file or folder. Use stat for its etag.',
  input: z.object({ path: pathParam('File or folder.') }),
  hints: { readOnly: true },
  shorten: 'Call stat.',

  async answer({ path }, call) {
    const located = await locate(call, path);
    await using pinned = await telling(located, () => openPinned(located));
    const { stats } = pinned;
    return [
      `size: ${stats.size}`,
      `created: ${toDate(stats.birthtimeMs)}`,
      `modified: ${toDate(stats.mtimeMs)}`,
      `accessed: ${toDate(stats.atimeMs)}`,
      `isDirectory: ${stats.isDirectory()}`,
      `isFile: ${stats.isFile()}`,
      `permissions: ${(Number(stats.mode) & 0o777).toString(8).padStart(3, '0')}`,
    ].join('\n');
  },
});

function toDate(ms: bigint): string {
  return new Date(Number(ms)).toString();
}
