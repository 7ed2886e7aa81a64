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

const maxGlobs = 4_000;
/** The system takes so many bytes of all of them together. */
const maxGlobBytes = 250;
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
  const keeping = files.reduce((sum, { rules }) => sum + rules.filter(({ keeps }) => keeps).length, 0);
  // What leaves out may be left untold; what keeps may not.
  if (keeping > maxGlobs) return { globs: [], untold: files.map(({ names }) => names) };
  let room = maxGlobs - keeping;
  const untold = new Set<IgnoreFile>();
  const globs: string[] = [];
  for (const file of files) {
    for (const rule of file.rules) {
      const seen = rule.keeps || room > 0 ? seeFromStart(rule, file, start) : 'untold';
      if (seen === 'elsewhere') continue;
      const glob = seen === 'untold' ? undefined : toGlob(seen, file, start);
      if (glob === undefined) untold.add(file);
      if (rule.keeps) globs.push(glob ?? keepAll(file, start));
      else if (glob !== undefined) {
        room -= 1;
        globs.push(`!${glob}`);
      }
    }
  }
  return { globs, untold: Array.from(untold, ({ names }) => names) };
}

/** A rule as it looks from the start: untold when it cannot be said what is left of its path once that leads to the start. */
function seeFromStart(rule: IgnoreRule, { names }: IgnoreFile, start: readonly string[]): IgnoreRule | 'elsewhere' | 'untold' {
  const toStart = start.slice(names.length);
  if (!rule.isAnchored || toStart.length === 0) return rule;
  const parts = rule.glob.split('/');
  const way = parts.splice(0, toStart.length);
  const differs = way.findIndex((part, index) => part !== toStart[index]);
  if (differs !== -1) return /[*?[\\]/.test(way[differs] ?? '') ? 'untold' : 'elsewhere';
  return parts.length === 0 ? 'elsewhere' : { ...rule, glob: parts.join('/') };
}

function toGlob({ glob, isAnchored, isForFolders }: IgnoreRule, file: IgnoreFile, start: readonly string[]): string | undefined {
  const prefix = prefixOf(file, start);
  if (prefix === undefined || !plain.test(glob) || glob.includes('***')) return undefined;
  const told = `${prefix}${isAnchored ? '' : '**/'}${glob}${isForFolders ? '/' : ''}`;
  return Buffer.byteLength(told) > maxGlobBytes ? undefined : told;
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
  return prefix === undefined || Buffer.byteLength(prefix) > maxGlobBytes ? everything : `${prefix}${everything}`;
}
