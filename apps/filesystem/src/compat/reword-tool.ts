import { type AnyTool, type Call, Reply, reply } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { maxResultBytes } from './define-official.ts';
import { officialData, officialFields } from './official-reply.ts';

/** A tool of ours that takes all that the official tool of the same name does. */
interface RewordedTool<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly own: AnyTool<Deps> & { readonly input: Input; readonly output: Output };
  /** The official text for what ours answered. */
  readonly word: (args: z.output<Input>, data: z.output<Output>, call: Call<Deps>) => Promise<string>;
}

/** Lets a tool do what it does and answer with the official text beside its own data. */
export function rewordTool<Input extends z.ZodObject, Output extends z.ZodObject>({
  own,
  word,
}: RewordedTool<Input, Output>): AnyTool<Deps> {
  return {
    ...own,
    output: z.object({ ...own.output.shape, ...officialFields }),
    maxResultBytes,

    async run(args: z.output<Input>, call) {
      const result = await own.run(args, call);
      const data = own.output.parse(result instanceof Reply ? result.data : result);
      const text = await word(args, data, call);
      return reply({ ...data, ...officialData(text) }, { text });
    },
  };
}
