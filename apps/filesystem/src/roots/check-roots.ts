import { codeOf } from '../descriptor/code-of.ts';
import { openPinned } from '../descriptor/open-pinned.ts';
import { isAppError } from '@trellis-mcp/errors';
import type { Roots } from './open-roots.ts';

/** Whether all roots are where they were at the start. */
export async function checkRoots(roots: Pick<Roots, 'list'>): Promise<{ ok: boolean; detail?: string }> {
  for (const root of roots.list()) {
    try {
      await using pinned = await openPinned({ root, names: [], shown: '.' });
      if (!pinned.stats.isDirectory()) return gone(root.name);
    } catch (error) {
      if (isAppError(error) || codeOf(error) !== undefined) return gone(root.name);
      throw error;
    }
  }
  return { ok: true };
}

function gone(name: string): { ok: boolean; detail: string } {
  return { ok: false, detail: `the root ${name} is not there any more` };
}
