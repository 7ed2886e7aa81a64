import type { differences } from './official-differences.ts';

/** Why an answer is another one. */
export type Difference = keyof typeof differences;

/** One call as a client of the official server makes it; `{root}` and `{outside}` stand for folders. */
export interface OfficialCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Why the answer of Trellis is another one, where both succeed or one does. */
  readonly differs?: Difference;
}

/** Makes one. */
export function call(tool: string, args: Readonly<Record<string, unknown>> = {}, differs?: Difference): OfficialCall {
  return { tool, args, ...(differs !== undefined && { differs }) };
}
