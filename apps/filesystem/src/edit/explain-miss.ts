import { giveWay } from './give-way.ts';
import { foldLine, nameDifferences } from './line-differences.ts';

/** Why a text was not found. */
export interface Miss {
  readonly message: string;
  /** The first of the nearest lines, counted from 1. Absent: nothing is near. */
  readonly line?: number;
}

/** How {@link explainMiss} speaks and when it stops. */
export interface MissOptions {
  /** What was not found, as the caller knows it. */
  readonly name: string;
  readonly signal: AbortSignal;
}

const maxLines = 50_000;
const maxWantedLines = 500;
const maxLineLength = 400;
const maxShownLines = 4;
const maxShownLength = 160;
/** Lines between two turns of the event loop. */
const stretch = 2000;

/** Says where a text nearly occurs, and in what the lines there differ from it. Looks at the first 50,000 lines. */
export async function explainMiss(text: string, wanted: string, { name, signal }: MissOptions): Promise<Miss> {
  const wantedLines = splitLines(wanted, maxWantedLines);
  const near = await findNearest(splitLines(text, maxLines), wantedLines, signal);
  if (near === undefined) return { message: `${name} does not occur in the file, and no line is like it.` };
  const { start, lines } = near;
  const pairs = lines.map((actual, index) => ({ actual, wanted: wantedLines[index] ?? '', number: start + index + 1 }));
  const first = pairs.findIndex(({ actual, wanted: line }, index) => !matches(actual, line, { index, count: pairs.length }));
  const shown = pairs.slice(Math.max(0, first)).slice(0, maxShownLines);
  const names = new Set(pairs.flatMap(({ actual, wanted: line }) => nameDifferences(actual, line)));
  const readsOtherwise = pairs.some(({ actual, wanted: line }) => foldLine(actual) !== foldLine(line));
  const kinds = [...names, ...(readsOtherwise ? ['words'] : [])].join(', ') || 'where lines begin or end';
  const range = lines.length === 1 ? `Line ${start + 1} is` : `Lines ${start + 1}-${start + lines.length} are`;
  const rows = shown.map((pair) => `line ${pair.number}: ${showLine(pair.actual)}\n  wanted: ${showLine(pair.wanted)}`);
  return {
    message: `${name} does not occur in the file. ${range} nearest; they differ in: ${kinds}.\n${rows.join('\n')}`,
    line: start + 1,
  };
}

/** The first and the last line of a quotation may begin and end in the middle of a line. */
function matches(actual: string, wanted: string, { index, count }: { index: number; count: number }): boolean {
  if (count === 1) return actual.includes(wanted);
  if (index === 0) return actual.endsWith(wanted);
  return index === count - 1 ? actual.startsWith(wanted) : actual === wanted;
}

interface Near {
  /** Index of the first line. */
  readonly start: number;
  readonly lines: readonly string[];
}

async function findNearest(lines: readonly string[], wanted: readonly string[], signal: AbortSignal): Promise<Near | undefined> {
  const start = (await voteByFold(lines, wanted, signal)) ?? (await findByWords(lines, wanted, signal));
  return start === undefined ? undefined : { start, lines: lines.slice(start, start + wanted.length) };
}

/** Each line that reads like one of the wanted votes for the place where the first of them would be. */
async function voteByFold(lines: readonly string[], wanted: readonly string[], signal: AbortSignal): Promise<number | undefined> {
  const places = new Map<string, number[]>();
  for (const [index, line] of wanted.entries()) {
    const fold = foldLine(line);
    const known = places.get(fold) ?? [];
    if (fold !== '' && known.length < 4) places.set(fold, [...known, index]);
  }
  const votes = new Map<number, number>();
  for (const [at, line] of lines.entries()) {
    if (at % stretch === stretch - 1) await giveWay(signal);
    const fold = foldLine(line);
    for (const index of places.get(fold) ?? []) {
      // A brace alone says little, a long line much.
      if (at >= index) votes.set(at - index, (votes.get(at - index) ?? 0) + Math.min(fold.length, 20));
    }
  }
  return findBest(votes);
}

function findBest(votes: ReadonlyMap<number, number>): number | undefined {
  let best: { start: number; votes: number } | undefined;
  for (const [start, count] of votes) if (count > (best?.votes ?? 0)) best = { start, votes: count };
  return best !== undefined && best.votes >= 4 ? best.start : undefined;
}

/** The line that shares most words with the longest of the wanted. */
async function findByWords(lines: readonly string[], wanted: readonly string[], signal: AbortSignal): Promise<number | undefined> {
  const longest = wanted.reduce((best, line, index) => (line.trim().length > (wanted[best]?.trim().length ?? 0) ? index : best), 0);
  const words = new Set(splitWords(wanted[longest] ?? ''));
  const scores = new Map<number, number>();
  for (const [at, line] of lines.entries()) {
    if (at % stretch === stretch - 1) await giveWay(signal);
    const found = new Set(splitWords(line));
    const shared = [...found].filter((word) => words.has(word)).length;
    const score = (2 * shared) / (found.size + words.size);
    if (at >= longest && score >= 0.3) scores.set(at - longest, score);
  }
  let best: number | undefined;
  for (const [start, score] of scores) if (best === undefined || score > (scores.get(best) ?? 0)) best = start;
  return best;
}

function splitWords(line: string): readonly string[] {
  return line.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** The first lines of a text, each cut. */
function splitLines(text: string, max: number): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from <= text.length && lines.length < max;) {
    const end = text.indexOf('\n', from);
    const stop = end === -1 ? text.length : end;
    lines.push(text.slice(from, Math.min(stop, from + maxLineLength)));
    from = stop + 1;
  }
  // A line break at the end begins no line of its own.
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

/** A line with everything visible that is not seen, or looks like something else. */
function showLine(line: string): string {
  // Made at the first use: V8 takes a millisecond of a start to read such a pattern.
  const odd = /(?![ -~])[\p{C}\p{Z}\p{M}\p{Pi}\p{Pf}\p{Pd}]/gu;
  const cut = line.length > maxShownLength ? `${line.slice(0, maxShownLength)}…` : line;
  return JSON.stringify(cut.toWellFormed()).replace(odd, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
