import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeFileSync, type Stats } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Checksums of the source and of the code, before the code. */
const headerBytes = 8;

/**
 * Reads the code that V8 made of a source. V8 itself compares only the length of the source, and runs code that a disk has damaged.
 *
 * @param sourceSum CRC-32 of the source.
 * @param room What the code is read into when it fits; memory that was used before costs less than new memory.
 * @returns Undefined for a file that is not there, is of another source, is damaged, or that somebody else could have written.
 */
export function readCode(file: string, sourceSum: number, room: Buffer): Buffer | undefined {
  const bytes = readOwn(file, room);
  const code = bytes?.subarray(headerBytes);
  if (bytes === undefined || code === undefined || code.length === 0) return undefined;
  return bytes.subarray(0, headerBytes).equals(headerOf(sourceSum, code)) ? code : undefined;
}

function readOwn(file: string, room: Buffer): Buffer | undefined {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const stats = fstatSync(descriptor);
      if (!isOwn(stats)) return undefined;
      const bytes = stats.size <= room.length ? room : Buffer.allocUnsafeSlow(stats.size);
      return bytes.subarray(0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Keeps code for {@link readCode}, whole or not at all. A place that cannot be written to costs later starts their speed, nothing else. */
export function writeCode(file: string, sourceSum: number, code: Buffer): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, Buffer.concat([headerOf(sourceSum, code), code]), { flag: 'wx', mode: 0o600 });
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}

function headerOf(sourceSum: number, code: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(sourceSum, 0);
  header.writeUInt32LE(crc32(code), 4);
  return header;
}

/** The folder may be shared, such as `/tmp`: code is run only when nobody else could have written it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
