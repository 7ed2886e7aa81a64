import type { FileHandle } from 'node:fs/promises';
import type { ReadHandle } from '../descriptor/read-handle.ts';
import type { Located } from '../roots/located.ts';
import { writeAll } from './commit-file.ts';
import { tooLarge } from './too-large.ts';

/** Counts what one call copies. */
export interface CopyBudget {
  readonly maxBytes: number;
  /** Copied so far. */
  bytes: number;
  readonly signal: AbortSignal;
}

const chunkBytes = 262_144;

/** Copies what a file holds from its beginning to its end, also when it grows meanwhile. */
export async function copyBytes(
  from: Pick<ReadHandle, 'read'>,
  to: FileHandle,
  { located, budget }: { located: Located; budget: CopyBudget },
): Promise<void> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  for (let at = 0; ;) {
    budget.signal.throwIfAborted();
    const { bytesRead } = await from.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    budget.bytes += bytesRead;
    if (budget.bytes > budget.maxBytes) throw tooLarge(located, budget.bytes, budget.maxBytes);
    await writeAll(to, chunk.subarray(0, bytesRead));
  }
}
