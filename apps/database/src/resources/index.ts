import type { AnyResource } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { schema } from './schema.ts';

/** All resources of this server. */
export const resources: readonly AnyResource<Deps>[] = [schema];
