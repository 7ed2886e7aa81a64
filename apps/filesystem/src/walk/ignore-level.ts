import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAppError } from '@trellis-mcp/errors';
import { codeOf } from '../descriptor/code-of.ts';
import { openDirectory, type PinnedDirectory } from '../descriptor/open-directory.ts';
import type { Located } from '../roots/located.ts';
import { compileIgnoreRules, type IgnoreRules } from './ignore-rules.ts';

/** The rules of one folder and, through {@link IgnoreLevel.above}, of those above it. */
export interface IgnoreLevel {
  readonly above?: IgnoreLevel | undefined;
  /** How many names lead from the root to the folder. */
  readonly depth: number;
  readonly rules: IgnoreRules;
}

const maxBytes = 65_536;
/** A link as .gitignore means nothing, as for git; a FIFO is not waited for. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

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
  const text = await readIgnoreFile(directory);
  return text === undefined ? above : { above, depth: directory.names.length, rules: await compileIgnoreRules(text) };
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

async function readIgnoreFile(directory: PinnedDirectory): Promise<string | undefined> {
  try {
    await using handle = await open(directory.entry('.gitignore'), flags);
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}
