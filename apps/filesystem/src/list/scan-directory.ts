import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import type { PinnedDirectory } from '../descriptor/open-directory.ts';
import { telling } from '../descriptor/translate-failure.ts';
import { quote } from '../roots/located.ts';
import { isReserved } from '../roots/reserved.ts';

/** An entry of a folder, as its file system names it. */
export interface ScannedEntry {
  /** The name; U+FFFD stands for bytes that are no UTF-8. */
  readonly name: string;
  /** The bytes of the name, one in each character (Latin-1): entries are ordered by them. */
  readonly bytes: string;
  readonly isText: boolean;
  readonly dirent: Dirent;
}

/** What {@link scanDirectory} goes by. */
export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Most entries that are looked at. */
  readonly maxEntries: number;
}

/** Entries that the system hands over at once: few enough that nobody else waits long. */
const batch = 256;

/**
 * Goes through the entries of a folder in no order, without holding them: hidden ones of the operator and this server's own are left out.
 *
 * @throws AppError `LIMIT` for a folder of more than `maxEntries`.
 */
export async function* scanDirectory(directory: PinnedDirectory, { signal, maxEntries }: ScanOptions): AsyncGenerator<ScannedEntry, void> {
  const { located, fdPath } = directory;
  // Latin-1 loses no byte, and costs half of what buffers do.
  const entries = await telling(located, () => opendir(fdPath, { bufferSize: batch, encoding: 'latin1' }));
  let count = 0;
  for await (const dirent of entries) {
    if (count % batch === 0) signal.throwIfAborted();
    count += 1;
    if (count > maxEntries) throw tooMany(directory, maxEntries);
    const scanned = toScanned(dirent);
    if (!isHidden(directory, scanned)) yield scanned;
  }
}

function toScanned(dirent: Dirent): ScannedEntry {
  const { name: bytes } = dirent;
  if (/^[\x01-\x7f]*$/.test(bytes)) return { name: bytes, bytes, isText: true, dirent };
  const name = Buffer.from(bytes, 'latin1');
  return { name: name.toString('utf8'), bytes, isText: isUtf8(name), dirent };
}

function isHidden({ located, names }: PinnedDirectory, { name, dirent }: ScannedEntry): boolean {
  if (isReserved(name)) return true;
  const { excludes } = located.root;
  return excludes.patterns.length > 0 && excludes.hides([...names, name], dirent.isDirectory());
}

function tooMany({ located }: PinnedDirectory, maxEntries: number): AppError {
  return new AppError('LIMIT', `${quote(located)} has more than ${maxEntries} entries.`, {
    hint: 'Call find_files with a narrower glob. The operator can raise --max-entries.',
    details: { limitEntries: maxEntries },
  });
}
