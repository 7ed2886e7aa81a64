import type { AnyTool } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { bindSources, type AnySourceTool } from './define-source-tool.ts';
import { query } from './query.ts';
import { searchSchema } from './search-schema.ts';

/** All tools of this server. */
export const tools: readonly AnySourceTool[] = [query, searchSchema];

/** The tools as clients see them. Called once, at start. */
export function listTools({ sources }: Deps): readonly AnyTool<Deps>[] {
  return tools.map((tool) => bindSources(tool, sources.names));
}
