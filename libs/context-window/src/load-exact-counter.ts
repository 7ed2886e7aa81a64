import { AppError } from '@trellis-mcp/errors';
import type { TokenCounter } from './count-tokens.ts';
import { wholeEnd } from './whole-characters.ts';

/** Vocabularies of {@link loadExactCounter}: `o200k_base` is that of GPT-4o and later, `cl100k_base` that of GPT-4. */
export type TokenEncoding = 'o200k_base' | 'cl100k_base';

/** Letters, signs or spaces without an end take time that grows with the square of their number: longer runs are encoded in pieces. */
const maxRun = 256;
const run = /[\p{L}\p{M}]+|[^\p{L}\p{M}\p{N}\s]+|\s+/gu;

/**
 * Loads the exact counter of a vocabulary from the optional peer `gpt-tokenizer`; that takes seconds and some 30 MB, so keep what it gives.
 *
 * @throws AppError `INVALID_INPUT` when `gpt-tokenizer` is not installed.
 */
export async function loadExactCounter(encoding: TokenEncoding = 'o200k_base'): Promise<TokenCounter> {
  const { countTokens } = await load(encoding);
  // Text that looks like a control token, such as <|endoftext|>, is text: the default would be to throw.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => pieces(text).reduce((sum, piece) => sum + countTokens(piece, options), 0);
}

function load(encoding: TokenEncoding) {
  const loading = encoding === 'o200k_base' ? import('gpt-tokenizer/encoding/o200k_base') : import('gpt-tokenizer/encoding/cl100k_base');
  return loading.catch((error: unknown) => {
    throw new AppError('INVALID_INPUT', 'Exact counts need the package gpt-tokenizer, which is not there.', {
      hint: 'Install it beside @trellis-mcp/context-window: npm i gpt-tokenizer',
      cause: error,
    });
  });
}

/** Cuts a text inside its endless runs only, so that the count of any other text is exact. */
function pieces(text: string): string[] {
  const cuts = [0];
  for (const { index, 0: found } of text.matchAll(run)) {
    for (let at = maxRun; at < found.length; at += maxRun) cuts.push(wholeEnd(text, index + at));
  }
  return cuts.map((start, number) => text.slice(start, cuts[number + 1]));
}
