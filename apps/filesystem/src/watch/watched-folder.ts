import { type FSWatcher, watch } from 'node:fs';
import { openDirectory } from '../descriptor/open-directory.ts';
import type { Located } from '../roots/located.ts';

/** Hears of changes in one folder. */
export interface WatchedFolder {
  close(): void;
}

/**
 * Watches a folder for changes of its entries. The folder itself is judged as for a read, and the very one that was judged is watched.
 *
 * @param onChange Gets the name that changed, or nothing when the system does not say.
 * @throws What the system says when it cannot watch: on some file systems, or when its watches are used up.
 */
export async function watchFolder(located: Located, onChange: (name: string | undefined) => void): Promise<WatchedFolder> {
  await using directory = await openDirectory(located);
  const watcher: FSWatcher = watch(directory.fdPath, { persistent: false });
  const close = (): void => {
    watcher.close();
  };
  watcher.on('change', (_event, name: string | null) => {
    onChange(name ?? undefined);
  });
  // The folder is gone: whoever asks regularly finds out.
  watcher.on('error', close);
  return { close };
}
