import type { ReadableFile } from '../descriptor/open-file.ts';

/** Bytes of an open file, as long as it was when it was opened. */
export interface ByteSource {
  /** What was read of the beginning already. */
  readonly head: Buffer;
  readonly size: number;
  /** Fewer bytes than asked for only at the end, or when the file became shorter. The result is valid until the next read. */
  read(position: number, length: number): Promise<Buffer>;
}

/** Bytes of one piece where a file is gone through. */
export const pieceBytes = 262_144;

const headBytes = 65_536;

/**
 * Begins to read a file. What is appended meanwhile is not read, so that a file which grows for ever has an end; what is cut off is missing.
 * Files of the system that have no size, and those that became shorter at once, are as long as what could be read.
 */
export async function openBytes({ handle, stats }: ReadableFile, signal: AbortSignal): Promise<ByteSource> {
  const stated = Number(stats.size);
  let piece: Buffer | undefined;
  const head = await readFully(stated === 0 ? headBytes : Math.min(stated, headBytes), 0);
  const size = stated === 0 || head.length < Math.min(stated, headBytes) ? head.length : stated;
  return { head, size, read };

  async function read(position: number, length: number): Promise<Buffer> {
    const end = Math.min(position + length, size);
    if (end <= head.length) return head.subarray(position, end);
    return readFully(end - position, position);
  }

  async function readFully(length: number, position: number): Promise<Buffer> {
    // Who goes through a large file reads piece after piece: a new buffer for each would pile up until they are collected.
    const buffer = length === pieceBytes ? (piece ??= Buffer.allocUnsafe(pieceBytes)) : Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, filled, Math.min(length - filled, pieceBytes), position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }
}
