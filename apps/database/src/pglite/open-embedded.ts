import type { Source } from '../sources/source.ts';
import { createEngine } from './engine.ts';
import { lockDirectory } from './lock-directory.ts';
import { createPgliteSource } from './pglite-source.ts';
import { sampleUrl } from './places.ts';

/** Which embedded database to open. */
export interface EmbeddedOptions {
  /** Directory of an existing database. Default: the sample shop, in memory. */
  readonly dataDir?: string | undefined;
}

/**
 * Opens the embedded database without starting it.
 *
 * @throws AppError when the directory holds no database or is in use.
 */
export async function openEmbedded({ dataDir }: EmbeddedOptions = {}): Promise<Source> {
  const sample = sampleUrl.href;
  if (dataDir === undefined) {
    return createPgliteSource({ name: 'shop', engine: createEngine({ sample }) });
  }
  const lock = await lockDirectory(dataDir);
  const source = createPgliteSource({ name: 'embedded', engine: createEngine({ sample, dataDir }) });
  return {
    ...source,
    async close() {
      await source.close();
      await lock.release();
    },
  };
}
