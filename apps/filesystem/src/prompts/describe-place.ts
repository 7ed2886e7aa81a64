import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { locate, narrowingOf } from '../roots/locate.ts';
import { quote } from '../roots/located.ts';

/** What a prompt is about, in words. */
export interface PlaceWords {
  /** Fits behind "Explore" and "changes to". */
  readonly subject: string;
  /** Sentences on how to name it in calls. */
  readonly notes: readonly string[];
}

/**
 * Puts the place of a prompt into words.
 *
 * @throws AppError as {@link locate}, for a path that no tool would take.
 */
export async function describePlace(call: Call<Deps>, path: string | undefined): Promise<PlaceWords> {
  if (path !== undefined) {
    const located = await locate(call, path);
    return { subject: quote(located), notes: [`Keep to it: its path in calls is ${quote(located)}.`] };
  }
  const names = call.deps.roots.list(await narrowingOf(call)).map(({ name }) => name);
  if (names.length < 2) return { subject: 'the files of this server', notes: [] };
  const list = names.join(', ');
  return {
    subject: 'the folders of this server',
    notes: [`There are several: ${list}. Paths start with one of these names; keep them apart.`],
  };
}
