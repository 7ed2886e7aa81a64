import type { AnyTool, Call } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { maxResultBytes } from './define-official.ts';
import { assertFits, officialFields, officialReply } from './official-reply.ts';

/** How one name answers to both inputs. */
interface SharedName<Input extends z.ZodObject> {
  readonly own: AnyTool<Deps> & { readonly output: z.ZodObject };
  readonly description: string;
  /** All arguments of both tools. */
  readonly input: Input;
  /** Arguments that only ours has; with one of them the call is ours. */
  readonly onlyOwn: readonly (keyof z.output<Input>)[];
  /** What to do when the answer is too long. */
  readonly shorten: string;
  /** The text of the official answer. */
  readonly answer: (args: z.output<Input>, call: Call<Deps>) => Promise<string>;
}

/** A tool whose name both servers have. */
export function shareName<Input extends z.ZodObject>(shared: SharedName<Input>): AnyTool<Deps> {
  const { own, description, input, onlyOwn, shorten: hint, answer } = shared;
  return {
    ...own,
    description,
    input,
    output: z.object({ ...own.output.partial().shape, ...officialFields }),
    maxResultBytes,
    isWhole: true,

    async run(args: z.output<Input>, call) {
      if (onlyOwn.some((name) => args[name] !== undefined)) return own.run(args, call);
      return officialReply(assertFits(await answer(args, call), { limits: call.deps.limits, hint }));
    },
  };
}
