import { invalidPattern } from './assert-answered.ts';
import type { TextQuery } from './search-engine.ts';

/**
 * The first match in a line, in UTF-16 units; nothing when there is none.
 *
 * @param isInside Whether the text begins inside of a line.
 */
export type LineMatcher = (line: string, isInside: boolean) => { readonly start: number; readonly end: number } | undefined;

/** Units at the beginning of a line that a regular expression is tried on; linear time is still time. */
const maxLine = 8_192;

/**
 * Compiles what is searched for in lines, in linear time.
 *
 * @throws AppError `INVALID_INPUT` for a pattern that RE2 refuses.
 */
export async function compileText({ pattern, regex, ignoreCase }: TextQuery): Promise<LineMatcher> {
  if (!regex && !ignoreCase) {
    return (line) => {
      const start = line.indexOf(pattern);
      return start === -1 ? undefined : { start, end: start + pattern.length };
    };
  }
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(regex ? pattern : RE2JS.quote(pattern), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (line, isInside) => {
      const part = line.slice(0, maxLine);
      if (isInside || !compiled.test(part)) return undefined;
      const matcher = compiled.matcher(part);
      // Where the line was cut is not where it ends.
      const isFound = matcher.find() && (part === line || matcher.end() < part.length);
      return isFound ? { start: matcher.start(), end: matcher.end() } : undefined;
    };
  } catch (error) {
    throw invalidPattern(error instanceof Error ? error.message.slice(0, 200) : 'it cannot be compiled');
  }
}
