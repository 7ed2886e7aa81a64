import type { Complete } from '@trellis-mcp/server';
import { toOneLine } from '../catalog/to-one-line.ts';
import { defineResource, type Deps } from '../deps.ts';
import { renderDescription } from '../describe/render-description.ts';

const maxComment = 150;

const completeSchema: Complete<Deps> = async (value, { deps }) => deps.sources.pick().names.schemas(value);

const completeTable: Complete<Deps> = async (value, { deps }, { schema }) => deps.sources.pick().names.tables(value, schema);

export const table = defineResource({
  name: 'table',
  title: 'One table',
  description: 'Columns, keys, indexes, constraints, rights and size of one table or view, one fact a line.',
  uriTemplate: 'db://table/{schema}/{table}',
  mimeType: 'text/plain',
  cacheHint: { ttlMs: 10_000, scope: 'private' },
  scopes: ['db:read'],
  complete: { schema: completeSchema, table: completeTable },

  // The embedded database is not started for a list.
  async list({ deps }) {
    const { source, names } = deps.sources.pick();
    const rows = source.engine === 'pglite' ? [] : await names.list();
    return rows.map(({ schema, name, written, comment }) => ({
      uri: `db://table/${encodeURIComponent(schema)}/${encodeURIComponent(name)}`,
      name: toOneLine(written, maxComment),
      ...(comment === null ? {} : { description: toOneLine(comment, maxComment) }),
    }));
  },

  async read({ schema = '', table: name = '' }, { deps }) {
    const { description } = await deps.sources.pick().describer.describeTable(schema, name);
    return renderDescription(description);
  },
});
