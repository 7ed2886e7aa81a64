import type { AppError } from '@trellis-mcp/errors';
import { createDefiners, type Host } from '@trellis-mcp/server';
import { createCache, type ServerCache } from './cache/open-cache.ts';
import { identifySource } from './cache/identify-source.ts';
import { createSourceCache } from './cache/source-cache.ts';
import { openCatalog } from './catalog/open-catalog.ts';
import type { Config } from './config.ts';
import { guardRole } from './role/guard-role.ts';
import { createSources, type OpenSource, type Sources } from './sources/create-sources.ts';
import { listSources, type SourceAddress } from './sources/list-sources.ts';
import { openSource } from './sources/open-source.ts';
import { version } from './version.ts';

/** Limits of one page, set by the operator, and how long it may be kept. */
export type QueryLimits = Pick<Config, 'maxRows' | 'maxBytes' | 'statementTimeoutMs' | 'cacheTtlMs'>;

/** What handlers work with. */
export interface Deps {
  readonly sources: Sources;
  readonly limits: QueryLimits;
  /** Of all sources; each has its part of it. */
  readonly cache: ServerCache;
}

export const { defineTool, defineResource, definePrompt } = createDefiners<Deps>();

/**
 * Opens the databases of the configuration; each connects, or starts, on first use. Only saved queries and `--strict-role` need
 * them at start.
 *
 * @throws AppError `INVALID_INPUT` for what the configuration gets wrong, `DENIED` for a role that `--strict-role` refuses, `UPSTREAM` when
 * a database that is needed at start does not answer.
 */
export async function openDeps(config: Config, host: Host): Promise<Deps> {
  const addresses = listSources(config);
  const cache = createCache(host, { version, statementTimeoutMs: config.statementTimeoutMs });
  const open = new Map<string, OpenSource>();
  for (const address of addresses) {
    const label = addresses.length === 1 ? 'database' : `database ${address.name}`;
    open.set(address.name, await openOne(address, { config, host, cache, label }));
  }
  const sources = createSources(open);
  if (config.savedQueries.length > 0) {
    const { prepareSavedQueries } = await import('./saved-queries/prepare-saved-queries.ts');
    await prepareSavedQueries(config.savedQueries, { sources, signal: host.lifecycle.drainSignal });
  }
  return { sources, limits: config, cache };
}

interface OpenOptions {
  readonly config: Config;
  readonly host: Host;
  readonly cache: ServerCache;
  /** Names the database in the health report, in the log and while the server closes. */
  readonly label: string;
}

async function openOne(address: SourceAddress, { config, host, cache, label }: OpenOptions): Promise<OpenSource> {
  const { lifecycle, health, log, now } = host;
  const { maxConnections, statementTimeoutMs } = config;
  const onError = (err: AppError): void => log.warn({ err }, `The ${label} lost a connection.`);
  const opened = await openSource(address, { maxConnections, statementTimeoutMs, now, onError });
  lifecycle.onClose(label, async () => opened.close());
  const source = await guardRole(opened, { strict: config.strictRole, log, now });
  health.addCheck(label, async (signal) => source.check(signal));
  const { allowTables: tables } = address;
  const identify = await identifySource(source, { address, isShared: cache.isShared, now });
  return { source, tables, cache: createSourceCache({ cache, identify, tables }), ...openCatalog(source, { tables }) };
}
