import type { AnyResource } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { schema } from './schema.ts';
import { createTable } from './table.ts';

/** All resources of this server. Called once, at start. */
export function listResources(_config: unknown, { sources }: Pick<Deps, 'sources'>): readonly AnyResource<Deps>[] {
  return [schema, createTable(sources.names)];
}
