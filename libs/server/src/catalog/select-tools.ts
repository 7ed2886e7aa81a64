import { AppError } from '@trellis-mcp/errors';
import type { AnyTool } from '../define.ts';

/** The names of `--tools` and `--exclude-tools`. */
export interface ToolSelection {
  /** Undefined offers all. */
  readonly tools?: readonly string[] | undefined;
  readonly excludeTools?: readonly string[] | undefined;
}

/**
 * Applies `--tools` and `--exclude-tools`; what is left out does not exist for any client.
 *
 * @throws AppError `INVALID_INPUT` for a name that no tool has, so that a typing error never offers more than was meant.
 */
export function selectTools(tools: readonly AnyTool<unknown>[], { tools: only, excludeTools = [] }: ToolSelection): AnyTool<unknown>[] {
  const names = new Set(tools.map((tool) => tool.name));
  const unknown = [...(only ?? []), ...excludeTools].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new AppError('INVALID_INPUT', `There is no tool ${unknown.map((name) => `"${name}"`).join(', ')}.`, {
      hint: `--tools and --exclude-tools take: ${[...names].join(', ') || 'nothing, this server has no tools'}.`,
    });
  }
  const included = new Set(only ?? names);
  const excluded = new Set(excludeTools);
  return tools.filter((tool) => included.has(tool.name) && !excluded.has(tool.name));
}
