import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Located } from './located.ts';

/** The `file:` URI of an entry, under which the same server answers `resources/read`. */
export function fileUri({ root, names }: Pick<Located, 'names' | 'root'>): string {
  return pathToFileURL(join(root.path, ...names)).href;
}
