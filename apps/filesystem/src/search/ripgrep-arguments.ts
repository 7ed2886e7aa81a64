import type { Excludes } from '../roots/excludes.ts';
import { trashName } from '../roots/reserved.ts';
import { ignoreName } from '../walk/ignore-level.ts';

/** What both kinds of search tell ripgrep. */
export interface CommonOptions {
  readonly gitignore: boolean;
  /** What .gitignore files say, as `--glob` takes it. */
  readonly ignoreGlobs: readonly string[];
  readonly maxDepth: number;
  readonly excludes: Excludes;
  /** Whether it starts at a root itself. */
  readonly isRoot: boolean;
}

/** What a search for text tells ripgrep. */
export interface TextOptions {
  readonly pattern: string;
  readonly regex: boolean;
  readonly ignoreCase: boolean;
  /** Undefined: any size. */
  readonly maxFileBytes: number | undefined;
  /** Matching lines of one file. */
  readonly maxCount: number;
  /** A glob for names of files, which leaves out more files sooner. It must be one of {@link nameGlobOf}. */
  readonly nameGlob: string | undefined;
  /**
   * One file after the other in the order of their paths, so that the first matches are the first of all. A match then reaches to the end of
   * its line: ripgrep would tell of all others in the line, too.
   */
  readonly isInOrder: boolean;
}

// Neither configuration nor any file with rules: what ripgrep would open for them can be a link to the outside, or wait for ever.
const always = ['--no-config', '--no-ignore', '--no-messages', '--color=never', '--hidden', '--no-follow'];

/** Names of files, each ended by a NUL. */
export function listArguments(common: CommonOptions, nameGlob: string | undefined): readonly string[] {
  return [...commonArguments(common, nameGlob), '--files', '--null', '--', './'];
}

/** Names of .gitignore files, each ended by a NUL; maybe of others. By one thread: more would disturb the search that runs beside it. */
export function ignoreFileArguments(common: CommonOptions): readonly string[] {
  return ['--threads=1', ...listArguments({ ...common, ignoreGlobs: [...common.ignoreGlobs, ignoreName] }, ignoreName)];
}

/** Matching lines as JSON events. */
export function textArguments(common: CommonOptions, text: TextOptions): readonly string[] {
  const { pattern, regex, ignoreCase, maxFileBytes, maxCount, nameGlob, isInOrder } = text;
  return [
    ...commonArguments(common, nameGlob),
    ...['--json', '--no-mmap', '--crlf', '--no-stats', `--max-count=${maxCount}`],
    ...(maxFileBytes === undefined ? [] : [`--max-filesize=${maxFileBytes}`]),
    ...['--regex-size-limit=16M', '--dfa-size-limit=16M', '--engine=default'],
    ...(regex || isInOrder ? [] : ['--fixed-strings']),
    ignoreCase ? '--ignore-case' : '--case-sensitive',
    ...(isInOrder ? ['--sort=path', '--threads=1'] : []),
    ...['-e', isInOrder ? toLineEnd(text) : pattern, '--', './'],
  ];
}

/** The first match in a line, with all that follows it. */
function toLineEnd({ pattern, regex }: TextOptions): string {
  const source = regex ? pattern : pattern.replace(/[^A-Za-z0-9\u0080-\uffff]/g, (mark) => `\\x{${mark.charCodeAt(0).toString(16)}}`);
  return `(?:${source})(?s-u:.*)`;
}

/** The last glob that matches decides. One that takes files in leaves out all that none takes in, so the first one takes in what is wanted. */
function commonArguments(
  { gitignore, ignoreGlobs, maxDepth, excludes, isRoot }: CommonOptions,
  nameGlob: string | undefined,
): readonly string[] {
  const wanted = nameGlob ?? (ignoreGlobs.every((glob) => glob.startsWith('!')) ? undefined : '**');
  const globs = [
    ...(wanted === undefined ? [] : [wanted]),
    ...ignoreGlobs,
    ...(gitignore ? ['!.git'] : []),
    ...(isRoot ? [`!/${trashName}`] : []),
    ...excludeGlobs(excludes, isRoot),
  ];
  return [...always, ...globs.map((glob) => `--glob=${glob}`), `--max-depth=${maxDepth}`];
}

/** What saves ripgrep work; every result is asked for again, so that what cannot be said here is left out. */
function excludeGlobs({ patterns }: Excludes, isRoot: boolean): readonly string[] {
  if (patterns.some((pattern) => /^[!#]/.test(pattern) || pattern.trim() !== pattern)) return [];
  const usable = patterns.filter((pattern) => isRoot || !pattern.slice(0, -1).includes('/'));
  return usable.map((pattern) => `!${pattern}`);
}

const plainNames = /^[\w.*?@+~-]*(?:\{[\w.,*?@+~-]*\})?[\w.*?@+~-]*$/;

/** The part of a glob that is about the name of a file, when ripgrep surely reads it as we do. */
export function nameGlobOf(glob: string | undefined): string | undefined {
  const name = glob?.slice(glob.lastIndexOf('/') + 1);
  const isPlain = name !== undefined && name !== '' && name.length <= 200 && plainNames.test(name) && !/\*\*/.test(name);
  return isPlain && !/[{}]/.test(glob?.slice(0, -name.length) ?? '') ? name : undefined;
}
