import type { AnyTool, Call, ToolDefinition, ToolResult } from '@trellis-mcp/server';
import { z } from 'zod';
import { defineTool, type Deps } from '../deps.ts';
import type { OpenSource } from '../sources/create-sources.ts';

/** What a tool of a source gets beside its arguments. */
export interface SourceCall {
  readonly call: Call<Deps>;
  /** The database that the caller picked, or the only one. */
  readonly open: OpenSource;
}

/** A tool that works on one database. Its input does not name which: {@link bindSources} adds that where there are several. */
export interface SourceTool<In extends z.ZodObject, Out extends z.ZodObject> extends Omit<ToolDefinition<In, Out, Deps>, 'run'> {
  run(args: z.output<In>, context: SourceCall): Promise<ToolResult<z.input<Out>>>;
}

/** A {@link SourceTool} as lists hold it. */
export type AnySourceTool = SourceTool<z.ZodObject, z.ZodObject>;

/** Types a tool; returns what it gets. */
export function defineSourceTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: SourceTool<In, Out>): SourceTool<In, Out> {
  return tool;
}

/**
 * Makes the tool that clients see. With several databases its input asks for one of them, without a default: a model that forgets to choose
 * is told the names, rather than shown rows of another database than it meant.
 */
export function bindSources(tool: AnySourceTool, names: readonly string[]): AnyTool<Deps> {
  if (names.length === 1) {
    return defineTool({
      ...tool,
      run: (args, call) => tool.run(args, { call, open: call.deps.sources.pick() }),
    });
  }
  const source = z.enum(names).describe('Which database.');
  return defineTool({
    ...tool,
    input: tool.input.safeExtend({ source }),
    run: async ({ source: name, ...args }, call) => tool.run(args, { call, open: call.deps.sources.pick(String(name)) }),
  });
}
