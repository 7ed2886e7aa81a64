import { type IgnoreLevel, isIgnored } from '../walk/ignore-level.ts';
import { compileIgnoreRules, type IgnoreRules } from '../walk/ignore-rules.ts';
import type { IgnoreFile } from './ignore-globs.ts';

const maxKnownFolders = 10_000;

interface KnownFolder {
  readonly level: IgnoreLevel | undefined;
  readonly isLeftOut: boolean;
  /** Whether it is, or is below, a folder whose rules ripgrep was not told. */
  readonly isUntold: boolean;
}

/** What of a search {@link createLeftOut} needs. */
export interface LeftOutOptions {
  /** The folder that is searched; it counts although a rule may leave it out. */
  readonly start: readonly string[];
  /** Folders whose rules ripgrep was not told. */
  readonly untold: readonly (readonly string[])[];
  /** @throws AppError `TIMEOUT` and the reason of an abort. */
  readonly assertInTime: () => void;
}

const none: KnownFolder = { level: undefined, isLeftOut: false, isUntold: false };

/**
 * Judges paths of files, from the start on, by the rules that ripgrep could not be told.
 *
 * @param files From the root on, with the rules that ripgrep was told as well.
 */
export async function createLeftOut(
  files: readonly IgnoreFile[],
  options: LeftOutOptions,
): Promise<((path: string) => boolean) | undefined> {
  const { start, untold } = options;
  if (untold.length === 0) return undefined;
  const compiled = await compileAround(files, options);
  const untoldKeys = new Set(untold.map(toKey));
  const known = new Map<string, KnownFolder>();
  const look = (names: readonly string[]): KnownFolder => {
    const key = toKey(names);
    const before = known.get(key);
    if (before !== undefined) return before;
    const above = names.length === 0 ? none : look(names.slice(0, -1));
    const own = compiled.get(key);
    const folder: KnownFolder = {
      level: own === undefined ? above.level : { ...own, above: above.level },
      isLeftOut: names.length > start.length && (above.isLeftOut || isIgnored(above.level, names, true)),
      isUntold: above.isUntold || untoldKeys.has(key),
    };
    if (known.size >= maxKnownFolders) known.clear();
    known.set(key, folder);
    return folder;
  };
  return (path) => {
    const names = [...start, ...path.split('/')];
    const { level, isLeftOut, isUntold } = look(names.slice(0, -1));
    return isUntold && (isLeftOut || isIgnored(level, names, false));
  };
}

/** Compiles the rules that say something of what is below the untold folders: theirs, those above and those below. */
async function compileAround(
  files: readonly IgnoreFile[],
  { untold, assertInTime }: LeftOutOptions,
): Promise<ReadonlyMap<string, Omit<IgnoreLevel, 'above'>>> {
  const keys = new Set(untold.map(toKey));
  const above = new Set(untold.flatMap(toKeys));
  const compiled = new Map<string, Omit<IgnoreLevel, 'above'>>();
  for (const { names, rules: lines } of files) {
    const key = toKey(names);
    if (!above.has(key) && !toKeys(names).some((folder) => keys.has(folder))) continue;
    assertInTime();
    const rules: IgnoreRules = await compileIgnoreRules(lines);
    compiled.set(key, { depth: names.length, rules, lines });
  }
  return compiled;
}

function toKey(names: readonly string[]): string {
  return names.join('/');
}

/** Of a folder and all those above it. */
function toKeys(names: readonly string[]): readonly string[] {
  return [...names.map((_name, index) => toKey(names.slice(0, index))), toKey(names)];
}
