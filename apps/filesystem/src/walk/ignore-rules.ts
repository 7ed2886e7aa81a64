import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAppError } from '@trellis-mcp/errors';
import { compileSource, type PathMatcher } from './compile-glob.ts';
import { toRegexSource } from './glob-source.ts';

/** What the lines of one .gitignore say of a path relative to its folder; nothing when none is about it. */
export type IgnoreRules = (path: string, isDirectory: boolean) => 'ignored' | 'kept' | undefined;

/** One line of a .gitignore. */
export interface IgnoreRule {
  /** Whether it keeps what lines before it leave out. */
  readonly keeps: boolean;
  /** Without a slash at either end. */
  readonly glob: string;
  /** Whether it is about paths from the folder of the file on; otherwise about names at any depth. */
  readonly isAnchored: boolean;
  readonly isForFolders: boolean;
}

interface RuleGroup {
  readonly keeps: boolean;
  readonly matches: PathMatcher;
}

const maxLine = 1_000;
/** Rules are compiled together, up to this many characters, so that no other call waits long. */
const maxGroup = 4_096;

/** Reads the lines of a .gitignore (gitignore(5)). */
export function readIgnoreRules(text: string): readonly IgnoreRule[] {
  // Editors of some systems put a mark in front, which git skips, too.
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap(readRule);
}

/** Compiles the rules of one .gitignore. Time is linear in the length of a path, whatever the rules; wrong ones count for nothing. */
export async function compileIgnoreRules(rules: readonly IgnoreRule[]): Promise<IgnoreRules> {
  const groups: RuleGroup[] = [];
  for (const { keeps, sources } of group(rules)) {
    const matches = await compileRules(sources);
    if (matches !== undefined) groups.push({ keeps, matches });
    await nextTurn();
  }
  groups.reverse();
  return (path, isDirectory) => {
    const subject = isDirectory ? `${path}/` : path;
    const found = groups.find(({ matches }) => matches(subject));
    if (found === undefined) return undefined;
    return found.keeps ? 'kept' : 'ignored';
  };
}

function readRule(line: string): readonly IgnoreRule[] {
  if (line.length > maxLine || line.startsWith('#')) return [];
  const keeps = line.startsWith('!');
  const trimmed = trimEnd(keeps ? line.slice(1) : line);
  const isForFolders = trimmed.endsWith('/');
  const whole = isForFolders ? trimmed.slice(0, -1) : trimmed;
  const path = whole.startsWith('/') ? whole.slice(1) : whole;
  // `**/name` says the same as `name`.
  const glob = /^\*\*\/[^/]+$/.test(whole) ? whole.slice(3) : path;
  return glob === '' ? [] : [{ keeps, glob, isAnchored: whole.includes('/') && glob === path, isForFolders }];
}

/** A regular expression of paths that end with a slash when they are folders. */
function toSources({ glob, isAnchored, isForFolders }: IgnoreRule): readonly string[] {
  try {
    const source = toRegexSource(glob, { braces: false });
    return [`${isAnchored ? '' : '(?:.*/)?'}${source}${isForFolders ? '/' : '/?'}`];
  } catch (error) {
    if (isAppError(error)) return [];
    throw error;
  }
}

/** Blanks at the end mean nothing but behind a backslash. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && line[end - 2] !== '\\') end -= 1;
  return line.slice(0, end);
}

function group(rules: readonly IgnoreRule[]): readonly { keeps: boolean; sources: string[] }[] {
  const groups: { keeps: boolean; sources: string[]; size: number }[] = [];
  for (const [keeps, source] of rules.flatMap((rule) => toSources(rule).map((source) => [rule.keeps, source] as const))) {
    const last = groups.at(-1);
    if (last?.keeps === keeps && last.size + source.length <= maxGroup) {
      last.sources.push(source);
      last.size += source.length;
    } else {
      groups.push({ keeps, sources: [source], size: source.length });
    }
  }
  return groups;
}

/** One wrong range spoils all that is compiled with it, so then they are compiled one by one. */
async function compileRules(sources: readonly string[]): Promise<PathMatcher | undefined> {
  try {
    return await compileSource(sources.map((source) => `(?:${source})`).join('|'));
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (sources.length === 1) return undefined;
    const matchers = await Promise.all(sources.map(async (source) => compileRules([source])));
    return (path) => matchers.some((matches) => matches?.(path) === true);
  }
}
