import { AppError } from '@trellis-mcp/errors';
import type { SourceCache } from '../cache/source-cache.ts';
import type { Catalog } from '../catalog/open-catalog.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import type { Source } from './source.ts';

/** One database with what tools need beside it. */
export interface OpenSource extends Catalog {
  readonly source: Source;
  /** What `--allow-tables` leaves to read; undefined leaves everything that the role may read. */
  readonly tables: TableAllowList | undefined;
  /** What was found out of it. */
  readonly cache: SourceCache;
}

/** The databases of one server. */
export interface Sources<Open = OpenSource> {
  /** In the order of the configuration; at least one. */
  readonly names: readonly string[];
  /**
   * Finds a source; the only one needs no name.
   *
   * @throws AppError `INVALID_INPUT` when several are there and none is named, `NOT_FOUND` for another name.
   */
  pick(name?: string): Open;
}

/** Holds open sources by name. */
export function createSources<Open>(sources: ReadonlyMap<string, Open>): Sources<Open> {
  const names = [...sources.keys()];
  const hint = `There are: ${names.join(', ')}.`;
  return {
    names,
    pick(name) {
      const [only] = sources.values();
      const found = name === undefined && sources.size === 1 ? only : sources.get(name ?? '');
      if (found !== undefined) {
        return found;
      }
      throw name === undefined
        ? new AppError('INVALID_INPUT', 'Name one of the databases as source.', { hint })
        : new AppError('NOT_FOUND', 'There is no source of that name.', { hint });
    },
  };
}
