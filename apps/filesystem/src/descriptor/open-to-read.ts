import { join } from 'node:path';
import type { SmallFile } from '../reader/protocol.ts';
import type { Located } from '../roots/located.ts';
import { etagOf } from './etag.ts';
import { isServed } from './judge-place.ts';
import { openFile, type ReadableFile } from './open-file.ts';

/**
 * Opens a regular file to be read and nothing else, see `openFile`. A small one that is where its path says is read in one go, by the reader of
 * its root: the path is judged before, and the reader opens only what is at that very place.
 */
export async function openToRead(located: Located, options: { readonly signal: AbortSignal }): Promise<ReadableFile> {
  options.signal.throwIfAborted();
  const small = await readSmall(located);
  return small === undefined ? openFile(located, options) : toReadable(located, small);
}

async function readSmall(located: Located): Promise<SmallFile | undefined> {
  const { root, names } = located;
  return root.reader !== undefined && isServed(located, names, false) ? root.reader.read(join(root.path, ...names)) : undefined;
}

function toReadable(located: Located, { bytes, ...stats }: SmallFile): ReadableFile {
  return {
    handle: {
      async read(...request) {
        const [buffer, offset, length, position] = request;
        const part = bytes.subarray(position, position + length);
        new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part, offset);
        return { bytesRead: part.length, buffer };
      },
    },
    stats,
    names: located.names,
    located,
    etag: etagOf(stats),
    async [Symbol.asyncDispose]() {},
  };
}
