import type { ReadableFile } from '../descriptor/open-file.ts';

/** The bytes of a file as a search counted them. */
export interface TextSource {
  /** Fewer bytes at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Read at once. */
const headBytes = 16_384;
/** UTF-16 is decoded as a whole, up to this many bytes. */
const maxDecoded = 16_777_216;

/**
 * Opens what offsets of a search are about: the file without its byte order mark, in UTF-8 when the mark says UTF-16.
 *
 * @returns Nothing for a file of UTF-16 that is too large.
 */
export async function openTextSource({ handle, stats }: ReadableFile): Promise<TextSource | undefined> {
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  // Most files are read in one go.
  const head = await read(0, stats.size > 0n && stats.size < BigInt(headBytes) ? Number(stats.size) + 1 : headBytes);
  const readHead = async (offset: number, length: number): Promise<Buffer> =>
    offset + length <= head.length || head.length < headBytes ? head.subarray(offset, offset + length) : read(offset, length);
  const mark = head.toString('hex', 0, 3);
  if (mark === 'efbbbf') return { read: async (offset, length) => readHead(offset + 3, length) };
  const encoding = mark.startsWith('fffe') ? 'utf-16le' : mark.startsWith('feff') ? 'utf-16be' : undefined;
  if (encoding === undefined) return { read: readHead };
  if (stats.size > BigInt(maxDecoded)) return undefined;
  const text = Buffer.from(new TextDecoder(encoding).decode(await read(0, Number(stats.size))));
  return { read: async (offset, length) => text.subarray(offset, offset + length) };
}
