import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { isAppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { type FileKind, kindOf } from '../descriptor/file-kind.ts';
import { codeOf, hasCode } from '../descriptor/code-of.ts';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { openPinned } from '../descriptor/open-pinned.ts';
import { locateEntry } from '../roots/located.ts';
import type { ScannedEntry } from './scan-directory.ts';

/** An entry as callers see it. */
export const entryOutput = z.object({
  name: z.string(),
  /** Percent-encoded bytes of a name that is no UTF-8. */
  rawName: z.string().optional(),
  type: z.string(),
  size: z.number().optional(),
  modified: z.string().optional(),
  isSymlink: z.boolean(),
});

/** Values of {@link entryOutput}. */
export type Entry = z.input<typeof entryOutput>;

/** Looks at the entry itself, not at what a link leads to. Nothing when it is gone. */
export async function inspectEntry({ fdPath }: PinnedDirectory, { bytes }: ScannedEntry): Promise<Stats | 'unreadable' | undefined> {
  try {
    return await lstat(Buffer.concat([Buffer.from(`${fdPath}/`), Buffer.from(bytes, 'latin1')]));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (codeOf(error) !== undefined) return 'unreadable';
    throw error;
  }
}

/** Describes an entry. A link has the kind, size and time of what it leads to inside of the roots, and its own when that is nothing. */
export async function describeEntry(directory: PinnedDirectory, entry: ScannedEntry, stats: Stats | 'unreadable'): Promise<Entry> {
  const { name, bytes, isText, dirent } = entry;
  const named = { name, ...(!isText && { rawName: encodeBytes(bytes) }) };
  if (stats === 'unreadable') return { ...named, type: kindOf(dirent), isSymlink: dirent.isSymbolicLink() };
  const target = stats.isSymbolicLink() && isText ? await lookBehind(directory, name) : undefined;
  const { type, size, modifiedMs } = target ?? { type: kindOf(stats), size: stats.size, modifiedMs: stats.mtimeMs };
  return {
    ...named,
    type,
    ...(type === 'file' && { size }),
    modified: toTime(modifiedMs),
    isSymlink: stats.isSymbolicLink(),
  };
}

/** A time as callers see it: to the second. */
export function toTime(ms: number): string {
  // Beyond what a date can hold, as some file systems answer.
  if (!(Math.abs(ms) < 8.64e15)) return new Date(0).toISOString();
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

interface Target {
  readonly type: FileKind;
  readonly size: number;
  readonly modifiedMs: number;
}

async function lookBehind({ located }: PinnedDirectory, name: string): Promise<Target | undefined> {
  try {
    await using target = await openPinned(locateEntry(located, name));
    const { stats } = target;
    return { type: kindOf(stats), size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) };
  } catch (error) {
    if (isAppError(error) || codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

function encodeBytes(bytes: string): string {
  return Array.from(Buffer.from(bytes, 'latin1'), (byte) =>
    byte >= 0x21 && byte <= 0x7e && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
