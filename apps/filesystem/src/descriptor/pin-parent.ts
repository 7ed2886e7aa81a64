import { AppError } from '@trellis-mcp/errors';
import { type Located, quote } from '../roots/located.ts';
import { openDirectory, type PinnedDirectory } from './open-directory.ts';

/** An open folder, and the name of the entry in it. */
export interface PinnedParent {
  /** To be disposed of. */
  readonly directory: PinnedDirectory;
  readonly name: string;
}

/**
 * Opens the folder that an entry is in, so that everything done to the entry is done there. The entry itself may be a link, or not be there.
 *
 * @throws AppError `DENIED` for the root itself and for what the operator hides, else as `openDirectory`.
 */
export async function pinParent(located: Located): Promise<PinnedParent> {
  const { names, root, shown } = located;
  const name = names.at(-1);
  if (name === undefined) throw new AppError('DENIED', `${quote(located)} is a root; it stays as it is.`);
  if (root.excludes.hides(names, false) || root.excludes.hides(names, true)) {
    throw new AppError('DENIED', `The operator hides ${quote(located)}.`, { hint: 'Take another name, or ask for another --exclude.' });
  }
  const end = shown.lastIndexOf('/');
  const parent = { ...located, names: names.slice(0, -1), shown: end === -1 ? '.' : shown.slice(0, end) };
  return { directory: await openDirectory(parent), name };
}
