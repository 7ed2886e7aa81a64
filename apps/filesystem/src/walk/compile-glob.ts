import { AppError } from '@trellis-mcp/errors';
import { toRegexSource } from './glob-source.ts';

/** Whether a path, relative to the folder that a glob starts at, matches. */
export type PathMatcher = (path: string) => boolean;

const special = /[*?[\]{}\\,]/;

/**
 * Compiles a glob: `*` and `?` within a name, `**` over folders, `[a-z]`, `{a,b}`. Without a slash it is about the name at any depth; a
 * slash at its start only says that it is not. Time is linear in the length of a path, whatever the glob.
 *
 * @throws AppError `INVALID_INPUT` for a glob that cannot be read.
 */
export async function compileGlob(glob: string): Promise<PathMatcher> {
  if (glob === '') throw new AppError('INVALID_INPUT', 'The glob is empty.', { hint: 'Write * for all files.' });
  const relative = glob.replace(/^(?:\.?\/+)+/, '');
  const prefix = glob.includes('/') ? '' : '(?:.*/)?';
  const matches = await compileSource(`${prefix}${toRegexSource(relative, { braces: true })}`);
  // Most paths fail here, and the rest of the pattern is not looked at.
  const end = literalEnd(relative);
  return (path) => path.endsWith(end) && matches(path);
}

/** Compiles a regular expression of RE2 that has to match a path from end to end. */
export async function compileSource(source: string): Promise<PathMatcher> {
  // Only what matches pays for it at start.
  const { RE2JS } = await import('re2js');
  try {
    const regex = RE2JS.compile(source, RE2JS.DOTALL);
    return (path) => regex.testExact(path);
  } catch (error) {
    throw new AppError('INVALID_INPUT', 'The glob cannot be read: a range or a class in it is wrong.', {
      hint: 'Write a glob such as src/**/*.{ts,js}.',
      cause: error,
    });
  }
}

function literalEnd(glob: string): string {
  let start = glob.length;
  while (start > 0 && !special.test(glob[start - 1] ?? '')) start -= 1;
  const end = glob.slice(start);
  // `**/name` matches `name` alone, too.
  return start > 0 && end.startsWith('/') ? end.slice(1) : end;
}
