import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';

/** Where a session is, and what must be written there for a principal and handle to be its own. */
export interface Place {
  key: string;
  digest: string;
}

/** Bits of a handle that nobody can guess, in bytes. */
export const secretBytes = 16;

/** The longest handle that is looked at. */
const handlePattern = /^mem_(\d{1,4})_[\w-]{22}$/;

/** Writes a handle: the number of the place, which is no secret, and 128 random bits. */
export function formatHandle(slot: number, secret: Uint8Array): string {
  return `mem_${String(slot)}_${Buffer.from(secret).toString('base64url')}`;
}

/** Finds where the session of a handle would be, for this principal. Rejects what is not a handle like one that is unknown. */
export function locate(principal: string, handle: string): Place {
  const slot = typeof handle === 'string' ? handlePattern.exec(handle)?.[1] : undefined;
  if (slot === undefined) throw unknownHandle();
  return { key: slotKey(principal, Number(slot)), digest: hash([principal, handle]) };
}

/** Names one of the places of a principal. */
export function slotKey(principal: string, slot: number): string {
  return `session-memory/${hash([principal])}/${String(slot)}`;
}

/** Whether two digests are the same, in constant time. */
export function isSameDigest(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The one answer for handles that are unknown, foreign, ended or expired. */
export function unknownHandle(): AppError {
  return new AppError('NOT_FOUND', 'There is no such memory, or it has expired.', { hint: 'Open a new one.' });
}

/** JSON tells apart what UTF-8 would not: lone surrogates, and where one text ends and the next begins. */
function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
