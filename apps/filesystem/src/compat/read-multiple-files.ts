import { isAppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { pathParam } from '../tools/path-param.ts';
import { defineOfficial } from './define-official.ts';
import { assertFits } from './official-reply.ts';
import { readText } from './read-text.ts';

const shorten = 'Send fewer paths.';

export const readMultipleFiles = defineOfficial({
  name: 'read_multiple_files',
  title: 'Read multiple files',
  description: 'Read several text files whole. Use for small files; one that cannot be read spoils no other.',
  input: z.object({ paths: z.array(pathParam('File.')).min(1).max(100).describe('At most 100.') }),
  hints: { readOnly: true },
  shorten,

  async answer({ paths }, call) {
    let text = '';
    for (const path of paths) {
      const part = await readPart(path, call);
      // Judged at every file: all of them together are never in memory.
      text = assertFits(text === '' ? part : `${text}\n---\n${part}`, { limits: call.deps.limits, hint: shorten });
    }
    return text;
  },
});

async function readPart(path: string, call: Call<Deps>): Promise<string> {
  try {
    return `${path}:\n${await readText(path, {}, call)}\n`;
  } catch (error) {
    if (call.signal.aborted || !isAppError(error)) throw error;
    return `${path}: Error - ${error.message}`;
  }
}
