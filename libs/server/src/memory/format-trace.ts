import { scrubText, scrubValue, type CallOutcome } from '@trellis-mcp/logging';
import { cutText } from '@trellis-mcp/validation';

/** What is noted of one call. */
export interface CallTrace {
  readonly name: string;
  readonly args: unknown;
  readonly outcome: CallOutcome;
  /** Size of the result; 0 for a failure. */
  readonly bytes: number;
  /** What the caller was told of a failure. */
  readonly message?: string;
}

/** What a trace cannot exceed: every character below may take four bytes. */
export const maxTraceBytes = 8_192;

const argLimits = { depth: 3, entries: 12, chars: 160 };
const maxArgs = 1_000;
const maxMessage = 300;

/** Writes one call on one line: `query {"sql":"select 1"} -> ok, 311 bytes`. Arguments lose their secrets and are cut. */
export function formatTrace({ name, args, outcome, bytes, message }: CallTrace): string {
  const given = cut(JSON.stringify(scrubValue(args, argLimits)), maxArgs);
  const size = bytes > 0 ? `, ${bytes} bytes` : '';
  const told = message === undefined ? '' : `: ${cut(scrubText(message).replaceAll(/\s+/g, ' '), maxMessage)}`;
  return `${name} ${given} -> ${outcome}${size}${told}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${cutText(text, length)}…`;
}
