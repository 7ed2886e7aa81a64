import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';
import { compileGlob, type PathMatcher } from '../walk/compile-glob.ts';

const maxPatterns = 100;

/** A glob as an official argument. */
export function patternParam(description: string): z.ZodString {
  return boundedText({ max: 1000 }).describe(description);
}

/** The official `excludePatterns`. */
export const excludePatterns = z
  .array(boundedText({ max: 1000 }))
  .max(maxPatterns)
  .default([])
  .describe('Globs of what to leave out.');

/** Compiles globs that are about the whole path from the start on; matches when one of them does. */
export async function compileAnchored(globs: readonly string[]): Promise<PathMatcher> {
  const matchers = await Promise.all(globs.map((glob) => compileGlob(`/${glob}`)));
  return (path) => matchers.some((matches) => matches(path));
}
