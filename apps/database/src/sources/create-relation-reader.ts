import { LRUCache } from 'lru-cache';
import type { RelationTraits } from '../sql/function-catalog.ts';
import type { QualifiedName } from '../sql/read-statement.ts';
import type { Source } from './source.ts';

/** Reads what relations are and call: one answer for each name, nothing for a name that is none. */
export type LoadRelations = (names: readonly QualifiedName[]) => Promise<readonly (RelationTraits | undefined)[]>;

/** Options of {@link createRelationReader}. */
export interface RelationReaderOptions extends Pick<Source, 'loadCatalog' | 'loadSearchPath'> {
  /** How long what was read is believed. Default: 300,000. */
  readonly maxAgeMs?: number;
}

/** Reads relations as they are named, and keeps the latest 2,000. */
export function createRelationReader({ loadCatalog, loadSearchPath, maxAgeMs = 300_000 }: RelationReaderOptions): LoadRelations {
  const kept = new LRUCache<string, RelationTraits>({ max: 2_000, ttl: maxAgeMs });
  return async (names) => {
    const asked = new Map(names.map((name) => [toKey(name), name]));
    const found = new Map([...asked.keys()].map((key) => [key, kept.get(key)]));
    const missing = [...asked].filter(([key]) => found.get(key) === undefined);
    if (missing.length > 0) {
      const { loadRelations } = await import('./load-relations.ts');
      const names = missing.map(([, name]) => name);
      const read = await loadRelations(await loadCatalog(), names, await loadSearchPath());
      missing.forEach(([key], index) => {
        // What is not there may be soon: only what is there is kept.
        found.set(key, read[index]);
        kept.set(key, read[index]);
      });
    }
    return names.map((name) => found.get(toKey(name)));
  };
}

function toKey({ schema, name }: QualifiedName): string {
  return schema === undefined ? name : `${schema}\0${name}`;
}
