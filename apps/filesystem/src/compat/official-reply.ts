import { AppError } from '@trellis-mcp/errors';
import { type Reply, reply } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Limits } from '../deps.ts';

/** Up to this many bytes a text is sent as structured data, too. */
const maxRepeatedBytes = 8192;

/** The official output, but that a long text is sent once. */
export const officialFields = {
  content: z.string().optional(),
  note: z.string().optional(),
};

/** What {@link officialFields} says of one text. */
type OfficialData = Partial<Record<keyof typeof officialFields, string>>;

/** Output of tools that only the official server has. */
export const officialOutput = z.object(officialFields);

/** The structured data of a text. A long one is not there twice, and is never cut: what is missing cannot be taken for a file. */
export function officialData(text: string): OfficialData {
  if (Buffer.byteLength(text) <= maxRepeatedBytes) return { content: text };
  return { note: `The text has ${text.length} characters; it is in the text part of this result.` };
}

/** A result as the official server words it. */
export function officialReply(text: string): Reply<OfficialData> {
  return reply(officialData(text), { text });
}

/** Largest text of one answer: the official inputs know no pages, so an answer is whole or refused. */
export function maxTextBytes({ maxReadBytes }: Pick<Limits, 'maxReadBytes'>): number {
  return 16 * maxReadBytes;
}

/** Refuses an answer that is not whole. `hint` names what makes it smaller. */
export function tooLong(limits: Limits, hint: string): AppError {
  return new AppError('LIMIT', `The answer would have more than ${maxTextBytes(limits)} bytes.`, {
    hint: `${hint} An operator can raise --max-read-bytes, of which this is 16 times as much.`,
  });
}

/** Refuses a text that is too long for one answer, as {@link tooLong}. */
export function assertFits(text: string, { limits, hint }: { readonly limits: Limits; readonly hint: string }): string {
  if (Buffer.byteLength(text) > maxTextBytes(limits)) throw tooLong(limits, hint);
  return text;
}
