import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { missing } from '../descriptor/missing.ts';
import { type Located, quote } from '../roots/located.ts';
import { confirm } from '../write/confirm.ts';
import { surveyTree } from '../write/survey-tree.ts';
import { findEntry, openTarget } from '../write/target.ts';
import { writing } from '../write/writing.ts';

/**
 * Moves an entry to the trash, a link as a link; asks before a folder goes with what is in it.
 *
 * @returns The id to restore it with.
 */
export async function deleteEntry(located: Located, { recursive }: { readonly recursive: boolean }, call: Call<Deps>): Promise<string> {
  const { deps, signal } = call;
  await using target = await openTarget(located);
  if ((await findEntry(target)) === undefined) throw missing(located);
  const limits = { ...deps.limits, roots: deps.roots.list(), signal };
  const { entries, bytes } = await writing(located, async () => surveyTree(target, limits));
  if (entries > 1) {
    if (!recursive) {
      throw new AppError('INVALID_INPUT', `${quote(located)} is a folder that is not empty.`, {
        hint: 'Set recursive to delete all of it.',
      });
    }
    await confirm(call, `Delete the folder ${quote(located)} with the ${entries - 1} entries in it?`);
  }
  return await deps.writer.locks.hold([target.key], signal, async () => writing(located, async () => deps.writer.trash.put(target, bytes)));
}
