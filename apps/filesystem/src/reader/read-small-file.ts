import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { codeOf } from '../descriptor/code-of.ts';
import { byName, careful, pathOf } from '../descriptor/open-flags.ts';
import type { SmallFile } from './protocol.ts';

/* eslint-disable trellis/no-sync-calls -- it runs in a thread of its own, which may wait */

/** Largest file that is read so, in bytes. */
export const maxSmallBytes = 65_536;

/**
 * Reads a small regular file when that very path leads to it, over no link: pinned, judged, and only then opened, through the pin.
 *
 * @returns Nothing for everything else, whatever the reason.
 */
export function readSmallFile(path: string): SmallFile | undefined {
  try {
    const fd = openSync(path, byName | constants.O_NOFOLLOW);
    try {
      const stats = fstatSync(fd, { bigint: true });
      const isSmall = stats.isFile() && stats.size > 0n && stats.size <= maxSmallBytes;
      return isSmall && readlinkSync(pathOf({ fd })) === path ? readPinned(fd, stats) : undefined;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    // The other way tells what is wrong.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

function readPinned(pin: number, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): SmallFile {
  const fd = openSync(pathOf({ fd: pin }), careful);
  try {
    const bytes = new Uint8Array(Number(size));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(fd, bytes, filled, bytes.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return { dev, ino, size, mtimeNs, ctimeNs, bytes: bytes.subarray(0, filled) };
  } finally {
    closeSync(fd);
  }
}
