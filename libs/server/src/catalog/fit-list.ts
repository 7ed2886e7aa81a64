import type { Tool } from '@modelcontextprotocol/server';
import type { Logger } from '@trellis-mcp/logging';
import { fitTools } from '@trellis-mcp/context-window';
import type { Scoped } from '../lists/visible.ts';
import { deepFreeze } from '../schema/json.ts';

/** Fits the list of tools to `--tool-budget` and logs what was saved. */
export function fitList(listed: readonly Scoped<Tool>[], { budget, log }: { budget: number; log: Logger }): readonly Scoped<Tool>[] {
  const { tools, before, after, fits, report } = fitTools(
    listed.map(({ item }) => item),
    { budget },
  );
  log.info({ budget, before, after, tools: report.filter((tool) => tool.after < tool.before) }, 'The tools were fitted to --tool-budget.');
  if (!fits) {
    log.warn(
      { budget, after },
      'The tools take more tokens than --tool-budget allows, and nothing more may be cut. Offer fewer with --tools, or use --tool-search.',
    );
  }
  return listed.map(({ subject, item }, index) => ({ subject, item: deepFreeze(tools[index] ?? item) }));
}
