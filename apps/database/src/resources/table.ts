import { isAppError } from '@trellis-mcp/errors';
import type { AnyResource, ResourceEntry } from '@trellis-mcp/server';
import { shared } from '../cache/source-cache.ts';
import { defineResource, type Deps } from '../deps.ts';
import { renderDescription } from '../describe/render-description.ts';
import type { OpenSource, Sources } from '../sources/create-sources.ts';
import { toOneLine } from '../text/to-one-line.ts';

/** Longest name or comment in a list, in characters. */
const maxLine = 150;

const maxBytes = 48_000;

/** Tables that are listed, over all databases. */
const maxListed = 100;

/** One table or view of a database. Where there are several, `source` says which, as in tools. */
export function createTable(sourceNames: readonly string[]): AnyResource<Deps> {
  const isOne = sourceNames.length === 1;
  const share = Math.ceil(maxListed / sourceNames.length);
  return defineResource({
    name: 'table',
    title: 'One table',
    description: 'Columns, keys, indexes, constraints, rights and size of one table or view, one fact a line.',
    uriTemplate: `db://table/{schema}/{table}${isOne ? '' : '{?source}'}`,
    mimeType: 'text/plain',
    cacheHint: { ttlMs: 10_000, scope: 'private' },
    scopes: ['db:read'],
    complete: {
      schema: async (value, { deps }, { source }) => unique(await askEach(deps.sources, source, completeSchema(value))),
      table: async (value, { deps }, { schema, source }) =>
        unique(await askEach(deps.sources, source, completeTable(value, schema === '' ? undefined : schema))),
      ...(isOne ? {} : { source: (value) => Promise.resolve(sourceNames.filter((name) => name.startsWith(value))) }),
    },

    async list({ deps }) {
      const lists = await askEach(deps.sources, undefined, async (open) => (await listTables(open, isOne)).slice(0, share));
      return lists.flat();
    },

    async read({ schema = '', table = '', source }, { deps }) {
      const { cache, describer } = deps.sources.pick(source);
      const { description } = await cache.getOrLoad(shared('table', schema, table), async () => describer.describeTable(schema, table));
      return renderDescription(description, maxBytes);
    },
  });
}

function completeSchema(part: string): Question<string> {
  return async ({ cache, names }) => cache.getOrLoad(shared('schemas', part), async () => names.schemas(part));
}

function completeTable(part: string, schema: string | undefined): Question<string> {
  return async ({ cache, names }) => cache.getOrLoad(shared('tables', part, schema), async () => names.tables(part, schema));
}

type Question<Item> = (open: OpenSource) => Promise<readonly Item[]>;

/** Asks the chosen database, or each while none is chosen; one that does not answer does not hide the others. */
async function askEach<Item>(sources: Sources, chosen: string | undefined, ask: Question<Item>): Promise<readonly (readonly Item[])[]> {
  const [only, second] = sources.names;
  if (second === undefined || (chosen !== undefined && chosen !== '')) {
    return [await ask(sources.pick(chosen ?? only))];
  }
  return Promise.all(sources.names.map(async (name) => ask(sources.pick(name)).catch(toNothing)));
}

function toNothing(error: unknown): readonly never[] {
  if (isAppError(error)) {
    return [];
  }
  throw error;
}

function unique(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

/** The embedded engine is not started for a list. */
async function listTables({ source, names, cache }: OpenSource, isOne: boolean): Promise<readonly ResourceEntry[]> {
  const rows = source.engine === 'pglite' ? [] : await cache.getOrLoad(shared('list'), async () => names.list());
  const query = isOne ? '' : `?source=${encodeURIComponent(source.name)}`;
  return rows.map(({ schema, name, written, comment }) => ({
    uri: `db://table/${encodeURIComponent(schema)}/${encodeURIComponent(name)}${query}`,
    name: toOneLine(isOne ? written : `${source.name}: ${written}`, maxLine),
    ...(comment === null ? {} : { description: toOneLine(comment, maxLine) }),
  }));
}
