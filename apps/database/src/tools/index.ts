import { AppError } from '@trellis-mcp/errors';
import type { AnyTool } from '@trellis-mcp/server';
import type { Config } from '../config.ts';
import type { Deps } from '../deps.ts';
import { savedQueryTool } from '../saved-queries/saved-query-tool.ts';
import { adviseIndexes } from './advise-indexes.ts';
import { bindSources, type AnySourceTool } from './define-source-tool.ts';
import { describe } from './describe.ts';
import { diagnose } from './diagnose.ts';
import { explain } from './explain.ts';
import { query } from './query.ts';
import { searchSchema } from './search-schema.ts';

/** All tools of this server, beside the saved queries of a configuration. */
export const tools: readonly AnySourceTool[] = [query, searchSchema, describe, explain, diagnose, adviseIndexes];

/**
 * The tools as clients see them. Called once, at start.
 *
 * @throws AppError `INVALID_INPUT` for a saved query with the name of a tool.
 */
export function listTools({ savedQueries }: Pick<Config, 'savedQueries'>, { sources }: Pick<Deps, 'sources'>): readonly AnyTool<Deps>[] {
  const taken = savedQueries.find((saved) => tools.some(({ name }) => name === saved.name));
  if (taken !== undefined) {
    throw new AppError('INVALID_INPUT', `The saved query ${taken.name} has the name of a tool.`, { hint: 'Give it another name.' });
  }
  return [...tools.map((tool) => bindSources(tool, sources.names)), ...savedQueries.map(savedQueryTool)];
}
