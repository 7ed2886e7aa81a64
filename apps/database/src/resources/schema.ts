import type { SchemaObject } from '../catalog/schema-object.ts';
import { defineResource } from '../deps.ts';

const maxObjects = 200;

export const schema = defineResource({
  name: 'schema',
  title: 'Database schema',
  description: 'Every table, view, enum and function with columns and keys, one object per paragraph. Read before writing SQL.',
  uri: 'db://schema',
  mimeType: 'text/plain',
  cacheHint: { ttlMs: 10_000, scope: 'private' },
  scopes: ['db:read'],

  async read({ deps }) {
    const { objects, next } = await deps.sources.pick().schema.search({ detail: 'summary', limit: maxObjects });
    const rest = next === undefined ? [] : ['There are more objects: call search_schema.'];
    return [...objects.map(renderObject), ...rest].join('\n\n');
  },
});

function renderObject({ name, kind, comment, rows, columns = [], values, definition }: SchemaObject): string {
  const size = rows === undefined ? '' : ` (about ${String(rows)} rows)`;
  const about = comment === undefined ? '' : ` -- ${comment}`;
  const head = `${kind} ${name}${kind === 'function' ? (definition ?? '') : ''}${size}${about}`;
  return [head, ...columns.map((column) => `  ${column}`), ...(values === undefined ? [] : [`  ${values.join(', ')}`])].join('\n');
}
