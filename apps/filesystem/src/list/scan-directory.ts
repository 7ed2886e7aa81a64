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
  /** The bytes of the name: entries are ordered by them. */
  readonly bytes: Buffer;
  readonly isText: boolean;
  readonly dirent: Dirent<Buffer>;
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
  // The types of Node know no buffers here; the documentation does.
  const options = { bufferSize: batch, encoding: 'buffer' as BufferEncoding };
  const entries = await telling(located, () => opendir(fdPath, options));
  let count = 0;
  for await (const entry of entries as AsyncIterable<Dirent<Buffer | string>>) {
    if (count % batch === 0) signal.throwIfAborted();
    count += 1;
    if (count > maxEntries) throw tooMany(directory, maxEntries);
    const scanned = toScanned(entry as Dirent<Buffer>);
    if (!isHidden(directory, scanned)) yield scanned;
  }
}

function toScanned(dirent: Dirent<Buffer>): ScannedEntry {
  const bytes = Buffer.from(dirent.name);
  return { name: bytes.toString('utf8'), bytes, isText: isUtf8(bytes), dirent };
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
