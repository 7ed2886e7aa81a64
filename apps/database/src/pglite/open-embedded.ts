import type { Source } from '../sources/source.ts';
import { createPgliteSource, type PgliteSourceOptions } from './create-pglite-source.ts';
import { createEngine } from './engine.ts';
import { lockDirectory } from './lock-directory.ts';
import { sampleUrl } from './places.ts';

/** Which embedded database to open. */
export interface EmbeddedOptions extends Pick<PgliteSourceOptions, 'allowFunctions' | 'allowTables'> {
  /** As callers name it. Default: `database`. */
  readonly name?: string;
  /** Directory of an existing database. Default: the sample shop, in memory. */
  readonly dataDir?: string | undefined;
}

/**
 * Opens the embedded database without starting it.
 *
 * @throws AppError when the directory holds no database or is in use.
 */
export async function openEmbedded({ name = 'database', dataDir, ...policy }: EmbeddedOptions = {}): Promise<Source> {
  const sample = sampleUrl.href;
  if (dataDir === undefined) {
    return createPgliteSource({ ...policy, name, engine: createEngine({ sample }) });
  }
  const lock = await lockDirectory(dataDir);
  const source = createPgliteSource({ ...policy, name, engine: createEngine({ sample, dataDir }) });
  return {
    ...source,
    async close() {
      await source.close();
      await lock.release();
    },
  };
}
