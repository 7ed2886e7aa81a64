import { AppError } from '@trellis-mcp/errors';
import { explainMiss } from './explain-miss.ts';
import { findMatches, type Matches } from './find-matches.ts';
import { createLineView, findLineEnding, type LineView } from './line-view.ts';

/** One replacement. */
export interface Edit {
  /** Must occur exactly. Its `\n` stands for any line ending, unless it holds a `\r`. */
  readonly oldText: string;
  /** Taken literally; its `\n` becomes the line ending of the place, unless it holds a `\r`. */
  readonly newText: string;
  /** How many occurrences there must be; all of them are replaced. Default: 1. */
  readonly expected?: number | undefined;
}

/** What {@link applyEdits} is held to. */
export interface EditLimits {
  /** Most characters of the text at any time. */
  readonly maxCharacters: number;
  readonly signal: AbortSignal;
}

/** A text after its edits. */
export interface Edited {
  readonly text: string;
  readonly replacements: number;
}

/** Most occurrences one edit replaces. */
export const maxExpected = 10_000;

/**
 * Applies edits one after the other, each to what the one before it left. All of them fit, or none is applied.
 *
 * @throws AppError `INVALID_INPUT` for an edit that does not fit, with the nearest lines; `LIMIT` for a text that would grow too large.
 */
export async function applyEdits(text: string, edits: readonly Edit[], limits: EditLimits): Promise<Edited> {
  let current = text;
  let replacements = 0;
  for (const [index, edit] of edits.entries()) {
    const name = `edits[${index}].oldText`;
    if (edit.oldText === '') throw new AppError('INVALID_INPUT', `${name} is empty.`, { hint: 'Quote the text to replace.' });
    if (edit.oldText === edit.newText) throw new AppError('INVALID_INPUT', `edits[${index}] changes nothing: both texts are the same.`);
    const view = edit.oldText.includes('\r') ? { text: current, toOriginal: identity } : await createLineView(current, limits.signal);
    const matches = await findMatches(view.text, edit.oldText, { max: maxExpected + 1, signal: limits.signal });
    await judge(matches, { edit, name, view, signal: limits.signal });
    current = replace(current, { edit, view, matches, maxCharacters: limits.maxCharacters });
    replacements += matches.starts.length;
  }
  return { text: current, replacements };
}

function identity(index: number): number {
  return index;
}

interface Judged {
  readonly edit: Edit;
  readonly name: string;
  readonly view: LineView;
  readonly signal: AbortSignal;
}

async function judge({ starts, overlaps }: Matches, { edit, name, view, signal }: Judged): Promise<void> {
  const { oldText, expected } = edit;
  if (starts.length === 0) {
    const { message, line } = await explainMiss(view.text, oldText, { name, signal });
    throw new AppError('INVALID_INPUT', message, {
      hint: 'Quote the text as read_file gives it. Nothing was changed.',
      ...(line !== undefined && { details: { line } }),
    });
  }
  if (starts.length === (expected ?? 1) && !(overlaps && expected === undefined)) return;
  const found = starts.length > maxExpected ? `more than ${maxExpected}` : String(starts.length);
  const places = overlaps ? 'places that overlap' : `${found} ${starts.length === 1 ? 'place' : 'places'}`;
  const wanted = expected === undefined ? 'one was meant' : `expected is ${expected}`;
  throw new AppError('INVALID_INPUT', `${name} occurs in ${places} (lines ${listLines(view.text, starts)}); ${wanted}.`, {
    hint: 'Quote more of the lines around the one you mean, or set expected to the number of places. Nothing was changed.',
  });
}

/** Names the first few lines on which something begins. */
function listLines(text: string, starts: readonly number[]): string {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (const start of starts.slice(0, 5)) {
    for (let at = text.indexOf('\n', from); at !== -1 && at < start; at = text.indexOf('\n', at + 1)) line += 1;
    from = start;
    lines.push(line);
  }
  return lines.join(', ') + (starts.length > lines.length ? ', …' : '');
}

interface Replaced {
  readonly edit: Edit;
  readonly view: LineView;
  readonly matches: Matches;
  readonly maxCharacters: number;
}

function replace(text: string, { edit, view, matches, maxCharacters }: Replaced): string {
  const { oldText, newText } = edit;
  const grown = view.text.length + matches.starts.length * (newText.length - oldText.length);
  if (grown > maxCharacters) {
    throw new AppError('LIMIT', `The edits would make a text of ${grown} characters; at most ${maxCharacters} are written.`, {
      hint: 'An operator can raise --max-write-bytes.',
    });
  }
  const mostly = findLineEnding(text);
  const parts: string[] = [];
  let end = 0;
  for (const start of matches.starts) {
    const from = view.toOriginal(start);
    parts.push(text.slice(end, from));
    end = view.toOriginal(start + oldText.length);
    parts.push(withEnding(newText, /\r\n?|\n/.exec(text.slice(from, end))?.[0] ?? mostly));
  }
  parts.push(text.slice(end));
  return parts.join('');
}

function withEnding(text: string, ending: string): string {
  return ending === '\n' || text.includes('\r') ? text : text.replaceAll('\n', () => ending);
}
