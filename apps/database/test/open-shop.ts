import { createEngine, type EngineOptions, type PgliteEngine } from '../src/pglite/engine.ts';
import { createPgliteSource } from '../src/pglite/create-pglite-source.ts';
import { sampleUrl } from '../src/pglite/places.ts';
import { readSource, type SourceReader } from './read-source.ts';

/** The sample shop with shortcuts for tests. */
export interface Shop extends SourceReader {
  readonly engine: PgliteEngine;
}

/** Opens the sample shop in a thread of its own. */
export function openShop(options: Partial<EngineOptions> = {}): Shop {
  const engine = createEngine({ sample: sampleUrl.href, ...options });
  return { engine, ...readSource(createPgliteSource({ name: 'shop', engine })) };
}
