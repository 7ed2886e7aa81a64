import type { AnyPrompt } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { exploreDatabase } from './explore-database.ts';
import { tuneQuery } from './tune-query.ts';

/** All prompts of this server. */
export const prompts: readonly AnyPrompt<Deps>[] = [exploreDatabase, tuneQuery];
