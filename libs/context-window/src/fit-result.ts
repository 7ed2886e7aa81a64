import { countTokens, type TokenCounter } from './count-tokens.ts';
import { cutValue, type Omission } from './cut-value.ts';
import { describeOmissions } from './describe-omissions.ts';
import type { JsonValue } from './json.ts';
import { JsonMeasure, rootPlace, type Judge } from './measure-json.ts';

/** How {@link fitResult} fits. */
export interface FitResultOptions {
  /** Tokens that the JSON of the value may take. */
  readonly budget: number;
  /** Default: {@link countTokens}. Pass `(text) => Buffer.byteLength(text)` for a budget in bytes. */
  readonly count?: TokenCounter;
  /** Keeps the whole JSON somewhere and tells where; called once, only when something is cut. */
  readonly keep: (json: string) => Promise<{ readonly uri: string }>;
  /** Whether a part must stay as it is, such as a cursor or an id. Default: no. */
  readonly isWhole?: Judge;
  /** Judges the cut value before the whole is kept, for example with its schema. Default: every value will do. */
  readonly accepts?: (value: JsonValue) => boolean | Promise<boolean>;
}

/** What {@link fitResult} made. */
export interface FittedResult {
  /** The value given when it is within the budget or cannot be fitted, else a cut copy. */
  readonly value: JsonValue;
  /** False when the value is over the budget and cannot be cut enough, or `accepts` said no; then nothing was cut or kept. */
  readonly fits: boolean;
  readonly omitted: readonly Omission[];
  /** Tokens before and after; absent when the value is so short that nothing had to be counted. `before` is an estimate beyond 40 times the budget. */
  readonly before?: number;
  readonly after?: number;
  /** What is missing, in words, and the URI of the whole; absent when nothing was cut. */
  readonly text?: string;
  readonly link?: string;
}

/** A value with more characters for each token of the budget is over it: what is beyond is not counted, but taken to be like the rest. */
const charsPerToken = 40;
/** Tries to find the room that uses the budget well. */
const maxTries = 8;
/** A cut that uses this share of the budget is good enough. */
const wellUsed = 0.95;

/**
 * Cuts a result that is over its budget: arrays and long strings keep head and tail, with a count of what is missing, and the whole is kept
 * behind a link. A token is at least one byte, so a value of no more bytes than the budget has tokens is returned at once, uncounted.
 */
export async function fitResult(value: JsonValue, options: FitResultOptions): Promise<FittedResult> {
  const { budget, count = countTokens, keep, isWhole = () => false, accepts = () => true } = options;
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes <= budget) return { value, fits: true, omitted: [] };
  const before = countBounded(json, { count, maxChars: budget * charsPerToken });
  if (before <= budget) return { value, fits: true, omitted: [], before, after: before };
  // Parsed anew: what is measured has no part twice, and is JSON in any case.
  const found = findCut(JSON.parse(json) as JsonValue, { budget, count, isWhole, bytes, before });
  if (found === undefined || !(await accepts(found.value))) return { value, fits: false, omitted: [], before, after: before };
  const { uri } = await keep(json);
  return { ...found, fits: true, before, text: describeOmissions(found.omitted, uri), link: uri };
}

/** Counts a text, or as much of it as tells that it is too long. */
function countBounded(text: string, { count, maxChars }: { count: TokenCounter; maxChars: number }): number {
  if (text.length <= maxChars) return count(text);
  const counted = count(text.slice(0, maxChars));
  return Math.max(Math.ceil(maxChars / charsPerToken) + 1, Math.round((counted / maxChars) * text.length));
}

interface Search {
  readonly budget: number;
  readonly count: TokenCounter;
  readonly isWhole: Judge;
  readonly bytes: number;
  readonly before: number;
}

interface Found {
  readonly value: JsonValue;
  readonly omitted: readonly Omission[];
  readonly after: number;
}

/** Looks for the largest room in bytes whose cut is within the budget, starting from the tokens per byte of the whole. */
function findCut(value: JsonValue, { budget, count, isWhole, bytes, before }: Search): Found | undefined {
  const measure = new JsonMeasure(isWhole);
  let low = measure.of(value, rootPlace).floor - 1;
  let high = bytes;
  let room = Math.floor((budget / before) * bytes);
  let best: Found | undefined;
  for (let tries = 0; tries < maxTries && high - low > 1; tries += 1) {
    room = Math.min(Math.max(room, low + 1), high - 1);
    const cut = cutValue(value, room, measure);
    const after = count(JSON.stringify(cut.value));
    if (after <= budget) {
      best = { ...cut, after };
      low = room;
      if (after >= budget * wellUsed) break;
    } else {
      high = room;
    }
    const guess = Math.floor((room * budget) / Math.max(1, after));
    // The proportion finds the room of even data at once; halving finds that of all other.
    room = tries < 2 && guess > low && guess < high ? guess : (low + high) >> 1;
  }
  return best ?? lowest(value, { budget, count, measure });
}

/** The least that can be made, when no try came within the budget. */
function lowest(
  value: JsonValue,
  { budget, count, measure }: { budget: number; count: TokenCounter; measure: JsonMeasure },
): Found | undefined {
  const cut = cutValue(value, 0, measure);
  const after = count(JSON.stringify(cut.value));
  return after <= budget ? { ...cut, after } : undefined;
}
