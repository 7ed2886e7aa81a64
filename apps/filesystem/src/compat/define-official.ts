import type { AnyTool, Call, Schema, ToolHints } from '@trellis-mcp/server';
import type { z } from 'zod';
import { type Deps, defineTool } from '../deps.ts';
import { assertFits, officialOutput, officialReply } from './official-reply.ts';

/** A tool that only the official server has. */
export interface OfficialTool<Input extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly hints: ToolHints;
  /** What to do when the answer is too long. */
  readonly shorten: string;
  /** The text of the result. */
  readonly answer: (args: z.output<Input>, call: Call<Deps>) => Promise<string>;
}

/** Texts have a limit of their own; JSON escapes make them longer. */
export const maxResultBytes = 67_108_864;

/** Makes a tool of an answer in words. */
export function defineOfficial<Input extends z.ZodObject>(tool: OfficialTool<Input>): AnyTool<Deps> {
  const { shorten: hint, answer, input, ...texts } = tool;
  return defineTool<Schema<z.input<Input>, z.output<Input>>, typeof officialOutput>({
    ...texts,
    input,
    output: officialOutput,
    scopes: [texts.hints.readOnly ? 'fs:read' : 'fs:write'],
    maxResultBytes,
    isWhole: true,

    async run(args, call) {
      return officialReply(assertFits(await answer(args, call), { limits: call.deps.limits, hint }));
    },
  });
}
