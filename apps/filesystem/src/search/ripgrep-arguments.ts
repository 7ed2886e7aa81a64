import type { Excludes } from '../roots/excludes.ts';

/** What both kinds of search tell ripgrep. */
export interface CommonOptions {
  readonly gitignore: boolean;
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
  readonly maxFileBytes: number;
  /** Matching lines of one file. */
  readonly maxCount: number;
  /** A glob for names of files, which leaves out more files sooner. It must be one of {@link nameGlobOf}. */
  readonly nameGlob: string | undefined;
  /** One file after the other in the order of their paths, so that the first matches are the first of all. */
  readonly sorted: boolean;
}

// No configuration, nothing but the .gitignore files of the folders that are searched.
const always = ['--no-config', '--no-messages', '--no-ignore-messages', '--color=never', '--hidden', '--no-follow', '--no-require-git'];
const onlyGitignore = ['--no-ignore-parent', '--no-ignore-global', '--no-ignore-dot', '--no-ignore-exclude', '--no-ignore-files'];
const reserved = ['--iglob=!.trellis-trash', '--iglob=!.trellis-*.tmp'];

/** Names of files, each ended by a NUL. */
export function listArguments(common: CommonOptions, nameGlob: string | undefined): readonly string[] {
  return [...commonArguments(common), ...nameArguments(nameGlob), '--files', '--null', '--', './'];
}

/** Matching lines as JSON events. */
export function textArguments(common: CommonOptions, text: TextOptions): readonly string[] {
  const { pattern, regex, ignoreCase, maxFileBytes, maxCount, nameGlob, sorted } = text;
  return [
    ...commonArguments(common),
    ...['--json', '--no-mmap', '--crlf', '--no-stats', `--max-filesize=${maxFileBytes}`, `--max-count=${maxCount}`],
    ...['--regex-size-limit=16M', '--dfa-size-limit=16M', '--engine=default'],
    ...(regex ? [] : ['--fixed-strings']),
    ignoreCase ? '--ignore-case' : '--case-sensitive',
    ...nameArguments(nameGlob),
    ...(sorted ? ['--sort=path', '--threads=1'] : []),
    ...['-e', pattern, '--', './'],
  ];
}

function nameArguments(nameGlob: string | undefined): readonly string[] {
  return nameGlob === undefined ? [] : ['--type-clear=trellis', `--type-add=trellis:${nameGlob}`, '--type=trellis'];
}

function commonArguments({ gitignore, maxDepth, excludes, isRoot }: CommonOptions): readonly string[] {
  const ignoring = gitignore ? [...onlyGitignore, '--glob=!.git'] : ['--no-ignore'];
  return [...always, ...ignoring, ...reserved, ...excludeArguments(excludes, isRoot), `--max-depth=${maxDepth}`];
}

/** What saves ripgrep work; every result is asked for again, so that what cannot be said here is left out. */
function excludeArguments({ patterns }: Excludes, isRoot: boolean): readonly string[] {
  if (patterns.some((pattern) => /^[!#]/.test(pattern) || pattern.trim() !== pattern)) return [];
  const usable = patterns.filter((pattern) => isRoot || !pattern.slice(0, -1).includes('/'));
  return usable.map((pattern) => `--glob=!${pattern}`);
}

const plainNames = /^[\w.*?@+~-]*(?:\{[\w.,*?@+~-]*\})?[\w.*?@+~-]*$/;

/**
 * The part of a glob that is about the name of a file, when ripgrep surely reads it as we do. Its `--glob` is no use for this: it brings
 * back what .gitignore leaves out.
 */
export function nameGlobOf(glob: string | undefined): string | undefined {
  const name = glob?.slice(glob.lastIndexOf('/') + 1);
  const isPlain = name !== undefined && name !== '' && name.length <= 200 && plainNames.test(name) && !/\*\*/.test(name);
  return isPlain && !/[{}]/.test(glob?.slice(0, -name.length) ?? '') ? name : undefined;
}
