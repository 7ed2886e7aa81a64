import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, type Stats } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Checksums of the source and of the code, before the code. */
const headerBytes = 8;

/**
 * Reads the code that V8 made of `source`. V8 itself compares only the length of the source, and runs code that a disk has damaged.
 *
 * @returns Undefined for a file that is not there, is of another source, is damaged, or that somebody else could have written.
 */
export function readCode(file: string, source: Buffer): Buffer | undefined {
  let bytes: Buffer;
  try {
    const descriptor = openSync(file, 'r');
    try {
      if (!isOwn(fstatSync(descriptor))) return undefined;
      bytes = readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  const code = bytes.subarray(headerBytes);
  return code.length > 0 && bytes.subarray(0, headerBytes).equals(headerOf(source, code)) ? code : undefined;
}

/** Keeps code for {@link readCode}, whole or not at all. A place that cannot be written to costs later starts their speed, nothing else. */
export function writeCode(file: string, source: Buffer, code: Buffer): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, Buffer.concat([headerOf(source, code), code]), { flag: 'wx', mode: 0o600 });
    renameSync(draft, file);
  } catch {
    rmSync(draft, { force: true });
  }
}

function headerOf(source: Buffer, code: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(crc32(source), 0);
  header.writeUInt32LE(crc32(code), 4);
  return header;
}

/** The folder may be shared, such as `/tmp`: code is run only when nobody else could have written it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
