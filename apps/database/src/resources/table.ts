import type { AnyResource } from '@trellis-mcp/server';
import { toOneLine } from '../catalog/to-one-line.ts';
import { defineResource, type Deps } from '../deps.ts';
import { renderDescription } from '../describe/render-description.ts';

/** Longest name or comment in a list, in characters. */
const maxLine = 150;

const maxBytes = 48_000;

/** One table or view of a database. Where there are several, `source` names one; the first is meant without. */
export function createTable(names: readonly string[]): AnyResource<Deps> {
  const [first] = names;
  const pick = ({ sources }: Deps, source: string | undefined) => sources.pick(source ?? first);
  return defineResource({
    name: 'table',
    title: 'One table',
    description: 'Columns, keys, indexes, constraints, rights and size of one table or view, one fact a line.',
    uriTemplate: `db://table/{schema}/{table}${names.length > 1 ? '{?source}' : ''}`,
    mimeType: 'text/plain',
    cacheHint: { ttlMs: 10_000, scope: 'private' },
    scopes: ['db:read'],
    complete: {
      schema: async (value, { deps }, { source }) => pick(deps, source).names.schemas(value),
      table: async (value, { deps }, { schema, source }) => pick(deps, source).names.tables(value, schema === '' ? undefined : schema),
      ...(names.length > 1 ? { source: (value) => Promise.resolve(names.filter((name) => name.startsWith(value))) } : {}),
    },

    /** The first tables of the first database. The embedded one is not started for a list. */
    async list({ deps }) {
      const open = pick(deps, undefined);
      const rows = open.source.engine === 'pglite' ? [] : await open.names.list();
      return rows.map(({ schema, name, written, comment }) => ({
        uri: `db://table/${encodeURIComponent(schema)}/${encodeURIComponent(name)}`,
        name: toOneLine(written, maxLine),
        ...(comment === null ? {} : { description: toOneLine(comment, maxLine) }),
      }));
    },

    async read({ schema = '', table = '', source }, { deps }) {
      const { description } = await pick(deps, source).describer.describeTable(schema, table);
      return renderDescription(description, maxBytes);
    },
  });
}
