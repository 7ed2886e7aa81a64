import type { Source } from '../sources/source.ts';
import type { TableAllowList } from '../sql/table-allow-list.ts';
import { escapeLike } from './escape-like.ts';
import { objectKinds, type ObjectKind } from './object-kinds.ts';
import type { ObjectRow } from './objects-query.ts';
import { readCatalog } from './read-catalog.ts';
import { toSchemaObject, type SchemaObject } from './schema-object.ts';

/** How much is said of each object. */
export const details = ['names', 'summary', 'full'] as const;

/** One search. */
export interface SearchRequest {
  /** Part of a name, or a glob with `*` and `?`; case does not matter. Default: everything. */
  readonly pattern?: string | undefined;
  /** Default: all but indexes and partitions. */
  readonly kinds?: readonly ObjectKind[] | undefined;
  readonly detail: (typeof details)[number];
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: Place | undefined;
}

/** Where a page ended. */
export type Place = readonly [schema: string, name: string, id: string];

/** One page of objects. */
export interface SearchPage {
  readonly objects: readonly SchemaObject[];
  /** Set when more follow. */
  readonly next?: Place;
}

/** Finds objects of a database. */
export interface SchemaSearch {
  search(request: SearchRequest): Promise<SearchPage>;
}

const defaultKinds = objectKinds.filter((kind) => kind !== 'index' && kind !== 'partition');

/** JSON of a page, in bytes; a page ends early rather than be larger. */
const maxPageBytes = 48_000;

/** Objects read for one page: with details each can be large, and the page ends at its bytes anyway. */
const maxObjects = { names: 500, summary: 200, full: 50 } as const;

/** Searches the catalogue of a source. */
export function createSchemaSearch(
  source: Pick<Source, 'loadCatalog'>,
  { tables }: { readonly tables?: TableAllowList | undefined },
): SchemaSearch {
  return { search: async (request) => runSearch(source, request, tables) };
}

async function runSearch(
  source: Pick<Source, 'loadCatalog'>,
  request: SearchRequest,
  tables: TableAllowList | undefined,
): Promise<SearchPage> {
  const { pattern, kinds = defaultKinds, detail, after } = request;
  const limit = Math.min(request.limit, maxObjects[detail]);
  const like = pattern === undefined || pattern === '' ? undefined : toLike(pattern);
  const { objectsQuery } = await import('./objects-query.ts');
  const rows = await readCatalog(source, objectsQuery({ like, kinds, detail, after, tables, limit: limit + 1 }));
  const objects: SchemaObject[] = [];
  let bytes = 0;
  let last: ObjectRow | undefined;
  for (const row of rows.slice(0, limit)) {
    const object = toSchemaObject(row, detail);
    bytes += Buffer.byteLength(JSON.stringify(object));
    if (last !== undefined && bytes > maxPageBytes) {
      break;
    }
    objects.push(object);
    last = row;
  }
  return last !== undefined && objects.length < rows.length ? { objects, next: [last.schema, last.name, last.id] } : { objects };
}

/** `order` finds names that hold it; `order*` and `order?` are globs on the whole name. */
function toLike(pattern: string): string {
  const escaped = escapeLike(pattern);
  return /[*?]/.test(pattern) ? escaped.replaceAll('*', '%').replaceAll('?', '_') : `%${escaped}%`;
}
