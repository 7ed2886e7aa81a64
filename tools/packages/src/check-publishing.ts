import { readFile } from 'node:fs/promises';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Tarball } from './pack-all.ts';

/** Checks with publint that a packed package keeps what its package.json promises. */
export async function checkPublishing({ file, manifest }: Pick<Tarball, 'file' | 'manifest'>): Promise<string[]> {
  const { messages } = await publint({ pack: { tarball: toArrayBuffer(await readFile(file)) }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, { ...manifest }, { color: false }) ?? message.code}`);
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
