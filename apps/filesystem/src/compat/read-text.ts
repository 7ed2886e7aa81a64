import { AppError } from '@trellis-mcp/errors';
import type { Call } from '@trellis-mcp/server';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import { openToRead } from '../descriptor/open-to-read.ts';
import { openBytes } from '../read/byte-source.ts';
import type { PageRequest } from '../read/page.ts';
import { readPage } from '../read/read-page.ts';
import { locate } from '../roots/locate.ts';
import { quote } from '../roots/located.ts';
import { wholeParam } from '../tools/whole-param.ts';
import { maxTextBytes, tooLong } from './official-reply.ts';

/** A whole number from 1 on, as an argument; the bound is not published, which would cost every model tokens. */
export function countedParam(description: string): z.ZodNumber {
  return wholeParam(description).refine((count) => count >= 1, { error: 'must be at least 1' });
}

/** The official way to ask for a part of a file. */
export const partFields = {
  head: countedParam('First lines.').optional(),
  tail: countedParam('Last lines.').optional(),
};

/** What makes an answer of {@link readText} smaller. */
export const partHint = 'Read a part with head or tail, or any page with offset and limit of read_file.';

/** What {@link partFields} says. */
export interface Part {
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
}

/**
 * Reads a text file whole, or its first or last lines.
 *
 * @throws AppError `LIMIT` for what does not fit into one answer, `INVALID_INPUT` for what is no text.
 */
export async function readText(path: string, { head, tail }: Part, call: Call<Deps>): Promise<string> {
  if (head !== undefined && tail !== undefined) throw new AppError('INVALID_INPUT', 'Send head or tail, not both.');
  const { limits } = call.deps;
  await using file = await openToRead(await locate(call, path), call);
  const source = await openBytes(file, call.signal);
  const page = await readPage(source, toRequest({ head, tail }), { ...limits, maxReadBytes: maxTextBytes(limits) });
  const { text, lines = 0, truncated, unit } = page;
  if (text === undefined) {
    throw new AppError('INVALID_INPUT', `${quote(file.located)} is no text.`, { hint: 'Call read_media_file.' });
  }
  const isCut = head === undefined ? truncated : truncated && (lines < head || unit === 'byte');
  if (isCut) throw tooLong(limits, partHint);
  if (head !== undefined) return text.endsWith('\n') ? text.slice(0, -1) : text;
  return tail === undefined ? text : text.split('\n').slice(-tail).join('\n');
}

function toRequest({ head, tail }: Part): PageRequest {
  if (head !== undefined) return { unit: 'line', limit: head };
  return tail === undefined ? { unit: 'byte' } : { unit: 'line', offset: -tail };
}
