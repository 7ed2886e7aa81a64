import { isAppError } from '@trellis-mcp/errors';
import { shared } from '../cache/source-cache.ts';
import type { SchemaObject } from '../catalog/schema-object.ts';
import { defineResource } from '../deps.ts';
import type { OpenSource, Sources } from '../sources/create-sources.ts';
import { toOneLine } from '../text/to-one-line.ts';

const maxObjects = 200;

/** Longest line, in characters. */
const maxLine = 1_000;

export const schema = defineResource({
  name: 'schema',
  title: 'Database schema',
  description: 'Every table, view, enum and function with columns and keys, one object per paragraph. Read before writing SQL.',
  uri: 'db://schema',
  mimeType: 'text/plain',
  cacheHint: { ttlMs: 10_000, scope: 'private' },
  scopes: ['db:read'],

  async read({ deps: { sources } }) {
    const [only, second] = sources.names;
    return second === undefined ? renderSchema(sources.pick(only), maxObjects) : renderSources(sources);
  },
});

/** One section for each database; one that does not answer does not hide the others. */
async function renderSources(sources: Sources): Promise<string> {
  const limit = Math.ceil(maxObjects / sources.names.length);
  const sections = await Promise.all(
    sources.names.map(async (name) => {
      const open = sources.pick(name);
      return `# source ${name} (${open.source.engine})\n\n${await renderSchema(open, limit).catch(renderFailure)}`;
    }),
  );
  return sections.join('\n\n');
}

async function renderSchema({ schema: catalog, cache }: OpenSource, limit: number): Promise<string> {
  const request = { detail: 'summary', limit } as const;
  const { objects, next } = await cache.getOrLoad(shared('search', request), async () => catalog.search(request));
  const rest = next === undefined ? [] : ['There are more objects: call search_schema.'];
  return [...objects.map(renderObject), ...rest].join('\n\n');
}

function renderFailure(error: unknown): string {
  if (isAppError(error)) {
    return error.message;
  }
  throw error;
}

function renderObject({ name, kind, comment, rows, columns = [], values, definition }: SchemaObject): string {
  const size = rows === undefined ? '' : ` (about ${String(rows)} rows)`;
  const about = comment === undefined ? '' : ` -- ${comment}`;
  const head = `${kind} ${name}${kind === 'function' ? (definition ?? '') : ''}${size}${about}`;
  return [head, ...columns.map((column) => `  ${column}`), ...(values === undefined ? [] : [`  ${values.join(', ')}`])]
    .map((line) => toOneLine(line, maxLine))
    .join('\n');
}
