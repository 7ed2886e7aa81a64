import { countTokens, type TokenCounter } from './count-tokens.ts';
import { shortenInput, shortenOutput, withoutExamples, withoutTitles, type FittableTool } from './edit-tool.ts';

/** How {@link fitTools} fits. */
export interface FitToolsOptions {
  /** Tokens that all tools together may take, as JSON. */
  readonly budget: number;
  /** Default: {@link countTokens}. */
  readonly count?: TokenCounter;
}

/** What {@link fitTools} made. */
export interface FittedTools<T> {
  /** In the order given; a tool of which nothing was cut is the same object. */
  readonly tools: T[];
  /** Tokens of all tools before and after. */
  readonly before: number;
  readonly after: number;
  /** False when the tools are larger than the budget with nothing left that may be cut. */
  readonly fits: boolean;
  readonly report: readonly ToolFit[];
}

/** What was saved on one tool, in tokens. */
export interface ToolFit {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

interface Sized<T> {
  readonly tool: T;
  readonly tokens: number;
}

/** Lengths of prose that are tried, each a quarter longer than the last: the search costs five counts of all tools. */
const proseLengths = [0, ...Array.from({ length: 31 }, (_value, step) => Math.round(20 * 1.25 ** step))];

/**
 * Cuts what tools say of themselves until they fit a budget, in this order and no further than needed: examples, titles, then prose from its
 * end, first that of results, then that of tools and arguments, of which the beginning stays. A sentence that carries a warning is never cut,
 * and schemas accept what they accepted: only annotations go.
 */
export function fitTools<T extends FittableTool>(tools: readonly T[], { budget, count = countTokens }: FitToolsOptions): FittedTools<T> {
  const measure = (tool: T): Sized<T> => ({ tool, tokens: count(JSON.stringify(tool)) });
  const original = tools.map(measure);
  let fitted: readonly Sized<T>[] = original;
  for (const edit of [withoutExamples<T>, withoutTitles<T>]) {
    if (total(fitted) > budget) fitted = editDearest(fitted, { budget, edit: (tool) => measure(edit(tool)) });
  }
  for (const shorten of [shortenOutput<T>, shortenInput<T>]) {
    if (total(fitted) > budget) fitted = shortenEvenly(fitted, { budget, shorten: (tool, maxChars) => measure(shorten(tool, maxChars)) });
  }
  return {
    tools: fitted.map(({ tool }) => tool),
    before: total(original),
    after: total(fitted),
    fits: total(fitted) <= budget,
    report: original.map(({ tool, tokens }, index) => ({ name: tool.name, before: tokens, after: fitted[index]?.tokens ?? tokens })),
  };
}

/** Edits the tools that save the most, until the budget is met. */
function editDearest<T>(sized: readonly Sized<T>[], { budget, edit }: { budget: number; edit: (tool: T) => Sized<T> }): Sized<T>[] {
  const result = [...sized];
  const edits = sized.map((old, index) => ({ index, edited: edit(old.tool), old })).filter(({ edited, old }) => edited.tokens < old.tokens);
  edits.sort((a, b) => saving(b) - saving(a) || a.index - b.index);
  let tokens = total(sized);
  for (const { index, edited, old } of edits) {
    if (tokens <= budget) break;
    result[index] = edited;
    tokens -= old.tokens - edited.tokens;
  }
  return result;
}

function saving({ edited, old }: { readonly edited: Sized<unknown>; readonly old: Sized<unknown> }): number {
  return old.tokens - edited.tokens;
}

/** Shortens all prose to one length, the largest with which the budget is met, so that no tool pays for the essay of another. */
function shortenEvenly<T>(
  sized: readonly Sized<T>[],
  { budget, shorten }: { budget: number; shorten: (tool: T, maxChars: number) => Sized<T> },
): readonly Sized<T>[] {
  const shortenAll = (maxChars: number): Sized<T>[] =>
    sized.map((old) => {
      const short = shorten(old.tool, maxChars);
      return short.tokens < old.tokens ? short : old;
    });
  let best = shortenAll(0);
  if (total(best) > budget) return best;
  let low = 0;
  let high = proseLengths.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const tried = shortenAll(proseLengths[middle] ?? 0);
    if (total(tried) <= budget) [best, low] = [tried, middle];
    else high = middle;
  }
  return best;
}

function total(sized: readonly Sized<unknown>[]): number {
  return sized.reduce((sum, { tokens }) => sum + tokens, 0);
}
