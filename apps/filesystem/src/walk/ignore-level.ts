import { constants } from 'node:fs';
import { isAppError } from '@trellis-mcp/errors';
import { codeOf } from '../descriptor/code-of.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import { openPin } from '../descriptor/open-pin.ts';
import type { ReadHandle } from '../descriptor/read-handle.ts';
import type { Located } from '../roots/located.ts';
import { compileIgnoreRules, type IgnoreRule, type IgnoreRules, readIgnoreRules } from './ignore-rules.ts';

/** The rules of one folder and, through {@link IgnoreLevel.above}, of those above it. */
export interface IgnoreLevel {
  readonly above?: IgnoreLevel | undefined;
  /** How many names lead from the root to the folder. */
  readonly depth: number;
  readonly rules: IgnoreRules;
  /** What {@link IgnoreLevel.rules} was compiled of. */
  readonly lines: readonly IgnoreRule[];
}

/** The name of a file with rules. */
export const ignoreName = '.gitignore';

const maxBytes = 65_536;

/** Whether an entry is left out: the deepest folder that says something of it decides. */
export function isIgnored(level: IgnoreLevel | undefined, names: readonly string[], isDirectory: boolean): boolean {
  if (names.at(-1) === '.git') return true;
  for (let at = level; at !== undefined; at = at.above) {
    const verdict = at.rules(names.slice(at.depth).join('/'), isDirectory);
    if (verdict !== undefined) return verdict === 'ignored';
  }
  return false;
}

/** Adds what the .gitignore of an open folder says, when it has one. */
export async function addIgnoreLevel(above: IgnoreLevel | undefined, directory: PinnedDirectory): Promise<IgnoreLevel | undefined> {
  const lines = await readIgnoreFile(directory);
  return lines === undefined ? above : { above, depth: directory.names.length, rules: await compileIgnoreRules(lines), lines };
}

/**
 * The rules of the folders above one, from its root on. None when they leave out the folder itself: a caller who names it wants it.
 *
 * @param folder Its names lead over no link.
 */
export async function loadLevelsAbove(folder: Located): Promise<IgnoreLevel | undefined> {
  let level: IgnoreLevel | undefined;
  for (let depth = 0; depth < folder.names.length; depth += 1) {
    level = await addAt({ ...folder, names: folder.names.slice(0, depth) }, level);
  }
  const isLeftOut = folder.names.some((_name, index) => isIgnored(level, folder.names.slice(0, index + 1), true));
  return isLeftOut ? undefined : level;
}

async function addAt(folder: Located, above: IgnoreLevel | undefined): Promise<IgnoreLevel | undefined> {
  try {
    await using directory = await openDirectory(folder);
    return await addIgnoreLevel(above, directory);
  } catch (error) {
    // What the client's roots leave out says nothing.
    if (isAppError(error)) return above;
    throw error;
  }
}

/**
 * Reads the .gitignore of an open folder, when it has one. A link means nothing, as for git, and neither does what is no regular file: it is
 * pinned and looked at before it is opened, so that a FIFO is not even touched.
 */
export async function readIgnoreFile(directory: PinnedDirectory): Promise<readonly IgnoreRule[] | undefined> {
  const { root } = directory.located;
  try {
    const pin = await openPin(directory.entry(ignoreName), { root, flags: constants.O_NOFOLLOW });
    try {
      return (await pin.stat()).isFile() ? readIgnoreRules(await readBeginning(await pin.openFile())) : undefined;
    } finally {
      await pin.close();
    }
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

async function readBeginning(handle: ReadHandle): Promise<string> {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
    // Half of a line would be another rule, such as the star of `*.log`.
    const length = bytesRead > maxBytes ? buffer.lastIndexOf('\n') + 1 : bytesRead;
    return buffer.toString('utf8', 0, length);
  } finally {
    await handle.close();
  }
}
