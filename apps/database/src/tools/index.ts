import type { AnyTool } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { query } from './query.ts';
import { searchSchema } from './search-schema.ts';

/** All tools of this server. */
export const tools: readonly AnyTool<Deps>[] = [query, searchSchema];
