import { createDefiners, type Host } from '@trellis-mcp/server';
import { createSchemaSearch } from './catalog/schema-search.ts';
import type { Config } from './config.ts';
import { openEmbedded } from './pglite/open-embedded.ts';
import { createSources, type Sources } from './sources/open-sources.ts';

/** Limits of one page, set by the operator. */
export type QueryLimits = Pick<Config, 'maxRows' | 'maxBytes' | 'statementTimeoutMs'>;

/** What handlers work with. */
export interface Deps {
  readonly sources: Sources;
  readonly limits: QueryLimits;
}

export const { defineTool, defineResource, definePrompt } = createDefiners<Deps>();

/** Opens the database of the configuration; the embedded one starts on first use. */
export async function openDeps(config: Config, host: Host): Promise<Deps> {
  const source = await openEmbedded({ dataDir: config.dataDir });
  host.lifecycle.onClose('database', async () => source.close());
  host.health.addCheck('database', async (signal) => source.check(signal));
  const schema = createSchemaSearch(source, { now: host.now });
  return { limits: config, sources: createSources(new Map([[source.name, { source, schema, tables: undefined }]])) };
}
