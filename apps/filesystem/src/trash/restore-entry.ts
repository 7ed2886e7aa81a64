import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { narrowingOf } from '../roots/locate.ts';
import { show } from '../roots/locate-path.ts';
import type { Located } from '../roots/located.ts';
import { isInArea } from '../roots/narrowing.ts';
import { placeEntry } from '../write/place-entry.ts';
import { syncFolder } from '../write/sync-folder.ts';
import { namesOf, openTarget } from '../write/target.ts';
import { writing } from '../write/writing.ts';
import type { Trashed } from './open-trash.ts';

/**
 * Puts an entry of the trash back where it was, in the root it was in.
 *
 * @returns Its path.
 * @throws AppError `NOT_FOUND` with one text for an id that is unknown, expired or not for this caller, `CONFLICT` when something is there.
 */
export async function restoreEntry(trashId: string, call: Call<Deps>): Promise<string> {
  const { writer, roots } = call.deps;
  const narrowing = await narrowingOf(call);
  for (const root of roots.list()) {
    const area = narrowing?.get(root);
    if (narrowing !== undefined && area === undefined) continue;
    await using trashed = await writer.trash.find(root, trashId);
    if (trashed === undefined || !isInArea(area, trashed.names)) continue;
    const shown = show(root, trashed.names, roots.list());
    await putBack(trashed, { root, names: trashed.names, shown, ...(area !== undefined && { area }) }, call);
    return shown;
  }
  throw new AppError('NOT_FOUND', 'Nothing in the trash has this id.', { hint: 'It may have expired. delete tells the id.' });
}

async function putBack(trashed: Trashed, located: Located, { deps, signal }: Pick<Call<Deps>, 'deps' | 'signal'>): Promise<void> {
  await using target = await openTarget(located);
  await deps.writer.locks.hold([target.key, `trash:${trashed.id}`], signal, async () =>
    writing(located, async () => {
      const note = { kind: 'restore', trashId: trashed.id, to: namesOf(target) } as const;
      await placeEntry(trashed.path, target, async () => deps.writer.note(located.root, note));
      await trashed.forget();
      await syncFolder(target.directory.handle);
    }),
  );
}
