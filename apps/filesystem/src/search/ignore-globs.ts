import type { IgnoreRule } from '../walk/ignore-rules.ts';

/** The rules of one folder. */
export interface IgnoreFile {
  /** The folder, from the root on, over no link. */
  readonly names: readonly string[];
  readonly rules: readonly IgnoreRule[];
}

/** Rules as ripgrep is told them. */
export interface IgnoreGlobs {
  /** For `--glob`; the last one that matches decides, and one with an exclamation mark leaves out. */
  readonly globs: readonly string[];
  /** Folders whose rules could not all be told: below them, ripgrep leaves out too little. It never leaves out too much. */
  readonly untold: readonly (readonly string[])[];
}

const maxGlobs = 1_000;
const maxGlob = 250;
const everything = '**';

/** What ripgrep surely reads as we do: no escapes, no blanks, no braces, and of classes only those that name letters. */
const plain = /^(?:[^[\]{}\\\s\p{C}]|\[(?:\w|a-z|A-Z|0-9)+\])*$/u;

/**
 * Writes rules as globs of ripgrep, which knows nothing of the files that they come from.
 *
 * @param files From the root on: what is deeper comes later, and decides.
 * @param start Where ripgrep runs.
 */
export function toIgnoreGlobs(files: readonly IgnoreFile[], start: readonly string[]): IgnoreGlobs {
  const seen = files.flatMap((file) => seeFromStart(file, start)).map((line) => ({ ...line, glob: toGlob(line, start) }));
  const keeping = seen.filter(({ keeps }) => keeps).length;
  // What leaves out may be left untold; what keeps may not.
  let room = maxGlobs - keeping;
  const untold = new Set<IgnoreFile>();
  const globs: string[] = [];
  for (const { keeps, file, glob } of seen) {
    if (glob === undefined || room <= 0) untold.add(file);
    if (keeps) globs.push(glob ?? keepAll(file, start));
    else if (glob !== undefined && room > 0) {
      room -= 1;
      globs.push(`!${glob}`);
    }
  }
  return { globs: room < 0 ? [] : globs, untold: Array.from(untold, ({ names }) => names) };
}

/** A rule as it looks from the start, and where it comes from. */
interface SeenRule extends Pick<IgnoreRule, 'keeps' | 'isAnchored' | 'isForFolders'> {
  readonly file: IgnoreFile;
  /** Nothing when it cannot be said what is left of the path once it leads to the start. */
  readonly path: string | undefined;
}

/** Without the rules that are about paths which lead elsewhere. */
function seeFromStart(file: IgnoreFile, start: readonly string[]): readonly SeenRule[] {
  const toStart = start.slice(file.names.length);
  return file.rules.flatMap(({ glob, ...rule }): readonly SeenRule[] => {
    if (!rule.isAnchored) return [{ ...rule, file, path: glob }];
    const parts = glob.split('/');
    const way = parts.splice(0, toStart.length);
    const differs = way.findIndex((part, index) => part !== toStart[index]);
    const isUnclear = differs !== -1 && /[*?[\\]/.test(way[differs] ?? '');
    if (isUnclear) return [{ ...rule, file, path: undefined }];
    return differs === -1 && parts.length > 0 ? [{ ...rule, file, path: parts.join('/') }] : [];
  });
}

function toGlob({ file, path, isAnchored, isForFolders }: SeenRule, start: readonly string[]): string | undefined {
  const prefix = prefixOf(file, start);
  if (path === undefined || prefix === undefined || !plain.test(path) || path.includes('***')) return undefined;
  const glob = `${prefix}${isAnchored ? '' : '**/'}${path}${isForFolders ? '/' : ''}`;
  return glob.length > maxGlob ? undefined : glob;
}

/** The folder of the rules as ripgrep sees it. */
function prefixOf({ names }: IgnoreFile, start: readonly string[]): string | undefined {
  const below = names.slice(start.length);
  if (!below.every((name) => /^[^\s\p{C}]*$/u.test(name))) return undefined;
  return ['', ...below.map((name) => name.replace(/[*?[\]{}\\]/g, '\\$&')), ''].join('/');
}

/** For a rule that keeps something and cannot be told: all that it may keep. */
function keepAll(file: IgnoreFile, start: readonly string[]): string {
  const prefix = prefixOf(file, start);
  return prefix === undefined || prefix.length > maxGlob ? everything : `${prefix}${everything}`;
}
