import type { Tool } from '@modelcontextprotocol/server';
import type { Logger } from '@trellis-mcp/logging';
import type { Scoped } from '../lists/visible.ts';
import { deepFreeze } from '../schema/json.ts';

/** Fits the list of tools to `--tool-budget` and logs what was saved. What is loaded for it is loaded here: few starts need it. Never rejects. */
export async function fitList(
  listed: readonly Scoped<Tool>[],
  { budget, log }: { budget: number; log: Logger },
): Promise<readonly Scoped<Tool>[]> {
  try {
    const { fitTools } = await import('@trellis-mcp/context-window');
    const { tools, before, after, fits, report } = fitTools(
      listed.map(({ item }) => item),
      { budget },
    );
    log.info(
      { budget, before, after, tools: report.filter((tool) => tool.after < tool.before) },
      'The tools were fitted to --tool-budget.',
    );
    if (!fits) {
      log.warn(
        { budget, after },
        'The tools take more tokens than --tool-budget allows, and nothing more may be cut. Offer fewer with --tools, or use --tool-search.',
      );
    }
    return listed.map(({ subject, item }, index) => ({ subject, item: deepFreeze(tools[index] ?? item) }));
  } catch (error) {
    log.error({ err: error }, 'The tools could not be fitted to --tool-budget; they are listed as they are.');
    return listed;
  }
}
