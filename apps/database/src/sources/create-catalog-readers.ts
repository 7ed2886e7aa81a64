import type { Kysely } from 'kysely';
import { createGate, type GateOptions } from '../sql/gate.ts';
import { createParser } from '../sql/parser.ts';
import { createRelationReader } from './create-relation-reader.ts';
import { createSearchPath } from './create-search-path.ts';
import { keepFacts } from './keep-facts.ts';
import type { Source } from './source.ts';
import { loadTypes, type SourceFacts } from './type-catalog.ts';

/** Options of {@link createCatalogReaders}. */
export interface CatalogReaderOptions extends Pick<GateOptions, 'allowFunctions' | 'allowTables'>, Pick<Source, 'runScript'> {
  readonly loadCatalog: () => Promise<Kysely<unknown>>;
  /** Clock in milliseconds, for facts that grow old. Default: that of the process. */
  readonly now?: (() => number) | undefined;
}

/** The part of a source that knows its catalogue, the same for every engine. Reads nothing until it is asked. */
export function createCatalogReaders(options: CatalogReaderOptions): Pick<Source, 'loadCatalog' | 'loadSearchPath' | 'gate' | 'loadTypes'> {
  const { loadCatalog, runScript, now, ...policy } = options;
  const facts = keepFacts<SourceFacts>({
    ...(now === undefined ? {} : { now }),
    async load() {
      const { loadSourceFacts } = await import('./load-source-facts.ts');
      return loadSourceFacts(await loadCatalog());
    },
  });
  const loadSearchPath = createSearchPath(runScript, now);
  return {
    loadCatalog,
    loadSearchPath,
    gate: createGate({
      ...policy,
      parser: createParser(),
      knownFunctions: () => facts.known?.functions,
      loadFunctions: async () => (await facts.get()).functions,
      refreshFunctions: async () => (await facts.refresh()).functions,
      loadRelations: createRelationReader({ loadCatalog, loadSearchPath }),
    }),
    loadTypes: (oids) => loadTypes(facts, oids),
  };
}
