import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAppError } from '@trellis-mcp/errors';
import { compileSource, type PathMatcher } from './compile-glob.ts';
import { toRegexSource } from './glob-source.ts';

/** What the lines of one .gitignore say of a path relative to its folder; nothing when none is about it. */
export type IgnoreRules = (path: string, isDirectory: boolean) => 'ignored' | 'kept' | undefined;

interface Rule {
  readonly keeps: boolean;
  /** Regular expression of a path that ends with a slash when it is a folder. */
  readonly source: string;
}

interface RuleGroup {
  readonly keeps: boolean;
  readonly matches: PathMatcher;
}

const maxLine = 1_000;
/** Rules are compiled together, up to this many characters, so that no other call waits long. */
const maxGroup = 4_096;

/** Compiles the lines of a .gitignore (gitignore(5)). Time is linear in the length of a path, whatever the lines; wrong ones count for nothing. */
export async function compileIgnoreRules(text: string): Promise<IgnoreRules> {
  const groups: RuleGroup[] = [];
  for (const { keeps, sources } of group(text.split(/\r?\n/).flatMap(readRule))) {
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

function readRule(line: string): readonly Rule[] {
  if (line.length > maxLine || line.startsWith('#')) return [];
  const keeps = line.startsWith('!');
  const trimmed = trimEnd(keeps ? line.slice(1) : line);
  const isForFolders = trimmed.endsWith('/');
  const glob = isForFolders ? trimmed.slice(0, -1) : trimmed;
  if (glob === '') return [];
  const prefix = glob.includes('/') ? '' : '(?:.*/)?';
  try {
    const source = toRegexSource(glob.startsWith('/') ? glob.slice(1) : glob, { braces: false });
    return [{ keeps, source: `${prefix}${source}${isForFolders ? '/' : '/?'}` }];
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

function group(rules: readonly Rule[]): readonly { keeps: boolean; sources: string[] }[] {
  const groups: { keeps: boolean; sources: string[]; size: number }[] = [];
  for (const { keeps, source } of rules) {
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
