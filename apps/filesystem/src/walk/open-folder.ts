import { isAppError } from '@trellis-mcp/errors';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import type { Located } from '../roots/located.ts';

/** The folder that a call starts at. A link within the roots may lead to it. */
export interface StartFolder extends AsyncDisposable {
  readonly directory: PinnedDirectory;
  /** Its names lead over no link; it is shown as the caller named it. */
  readonly located: Located;
}

/** @throws AppError `NOT_FOUND`, or `INVALID_INPUT` for what is no folder. */
export async function openStart(located: Located): Promise<StartFolder> {
  const directory = await openDirectory(located);
  return {
    directory,
    located: { ...located, names: directory.names },
    [Symbol.asyncDispose]: async () => directory[Symbol.asyncDispose](),
  };
}

/** Opens a folder that a walk met, over no link on the way. Nothing for what cannot be entered, or is another place by now. */
export async function openFolder(located: Located): Promise<PinnedDirectory | undefined> {
  try {
    const directory = await openDirectory(located);
    if (isSamePlace(directory.names, located.names)) return directory;
    await directory[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    if (isAppError(error) && error.code !== 'LIMIT') return undefined;
    throw error;
  }
}

/** Whether what was opened is where it was looked for. */
export function isSamePlace(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && found.every((name, index) => name === wanted[index]);
}
