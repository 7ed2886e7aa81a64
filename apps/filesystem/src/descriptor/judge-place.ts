import { isUtf8 } from 'node:buffer';
import { type BigIntStats, readlinkSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Located } from '../roots/located.ts';
import { isInArea, namesBelow } from '../roots/narrowing.ts';
import { isReserved } from '../roots/reserved.ts';
import { codeOf, hasCode } from './code-of.ts';
import { missing } from './missing.ts';
import { pathOf } from './open-flags.ts';
import type { Pin } from './open-pin.ts';

/** Something open, whose place is not known yet. */
export interface Opened {
  readonly pin: Pin;
  readonly stats: BigIntStats;
}

const gone = ' (deleted)';

/**
 * Judges where what was opened really is. Before this, nothing of it may be told; after it, only the descriptor is used.
 *
 * @returns The names that lead to it from its root, over no link.
 * @throws AppError `NOT_FOUND`, the text of a file that is not there, for every place that is not served.
 */
export async function judgePlace(located: Located, opened: Opened): Promise<readonly string[]> {
  const { root } = located;
  const path = root.guarantee === 'descriptor' ? askSystem(opened) : await askPath(located, opened);
  const names = path === undefined ? undefined : namesBelow(root.path, path);
  if (names === undefined || !isServed(located, names, opened.stats.isDirectory())) throw missing(located);
  return names;
}

/** Whether an operator and a client let what lies at `names` be served to a caller who asked for `located`. */
export function isServed({ root, area, names: asked }: Located, names: readonly string[], isDirectory: boolean): boolean {
  if (!isInArea(area, names) || names.some(isReserved)) return false;
  return [names, asked, ...withoutMark(names)].every((path) => !root.excludes.hides(path, isDirectory));
}

/** What was removed meanwhile has a mark behind its name, which is also the name of a file that ends so. */
function withoutMark(names: readonly string[]): readonly (readonly string[])[] {
  const last = names.at(-1);
  return last?.endsWith(gone) === true ? [[...names.slice(0, -1), last.slice(0, -gone.length)]] : [];
}

/** Linux: the path of the very file that is open, whatever its name leads to now. */
function askSystem({ pin }: Opened): string | undefined {
  try {
    // eslint-disable-next-line trellis/no-sync-calls -- the kernel knows it: no disk is waited for, and a thread costs ten times as much
    const path = readlinkSync(pathOf(pin));
    // What is no text would have the name of another file from here on.
    // eslint-disable-next-line trellis/no-sync-calls -- as above
    return !path.includes('\uFFFD') || isUtf8(readlinkSync(pathOf(pin), 'buffer')) ? path : undefined;
  } catch (error) {
    if (hasCode(error, 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/** Elsewhere: the path that the name leads to now, when the same file is there. */
async function askPath({ root, names }: Located, { stats }: Opened): Promise<string | undefined> {
  try {
    const path = await realpath(join(root.path, ...names));
    const { dev, ino } = await lstat(path, { bigint: true });
    return dev === stats.dev && ino === stats.ino ? path : undefined;
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}
