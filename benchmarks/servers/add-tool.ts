import { z } from 'zod';

/** The trivial tool that every benchmark server has: the work measured is the frame's, not the tool's. */
export const addTool = {
  title: 'Add',
  description: 'Add two numbers.',
  input: z.object({ a: z.number().describe('First number.'), b: z.number().describe('Second number.') }),
  output: z.object({ sum: z.number() }),
};

/** `add_0` and so on; how many is read from `BENCH_TOOLS` (default 1). */
export function toolNames(): string[] {
  return Array.from({ length: Number(process.env['BENCH_TOOLS'] ?? '1') }, (_, index) => `add_${index}`);
}
