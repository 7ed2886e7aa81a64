import type { CacheOwner, LoadContext, LoadOptions } from '@trellis-mcp/cache';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { ServerCache } from './open-cache.ts';

/** What is asked of a database. */
export interface CacheQuestion {
  /** Who may have the answer: `public` is every caller of servers that read this database in this role. */
  readonly owner: CacheOwner;
  /** All that the answer depends on, beside the database, the role and the list of tables. */
  readonly about: readonly unknown[];
}

/** The answers of one database. */
export interface SourceCache {
  /** Gives the answer, or loads and keeps it; for ten seconds unless the options say otherwise. What the loader throws is never kept. */
  getOrLoad<T>(question: CacheQuestion, load: (context: LoadContext) => Promise<T>, options?: LoadOptions): Promise<T>;
}

/** A question whose answer every caller may have: what the role of the server may look up. */
export function shared(...about: readonly unknown[]): CacheQuestion {
  return { owner: 'public', about };
}

/** Whose answers a {@link SourceCache} keeps. */
export interface SourceCacheOptions {
  readonly cache: ServerCache;
  /** Tells this database, as this role reads it, from every other. */
  readonly identify: () => Promise<string>;
  /** What of it may be seen. */
  readonly tables: TableAllowList | undefined;
}

/** The part of a server's cache that belongs to one database. */
export function createSourceCache({ cache, identify, tables }: SourceCacheOptions): SourceCache {
  const seen = tables?.items.toSorted();
  return {
    async getOrLoad({ owner, about }, load, options) {
      const [{ cache: tiered, cacheKey }, identity] = await Promise.all([cache.open(), identify()]);
      return tiered.getOrLoad(cacheKey(owner, [identity, seen, ...about]), load, options);
    },
  };
}
