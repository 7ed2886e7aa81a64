import { hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';

/** What tells one state of a file from another. */
export type FileState = Pick<BigIntStats, 'ctimeNs' | 'dev' | 'ino' | 'mtimeNs' | 'size'>;

/** Names one state of one file: opaque, short, another one after every change that a file system can tell. */
export function etagOf({ dev, ino, size, mtimeNs, ctimeNs }: FileState): string {
  return hash('sha256', `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, 'base64url').slice(0, 16);
}
