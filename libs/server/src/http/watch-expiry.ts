import type { ServerResponse } from 'node:http';
import type { Principal } from '../principal.ts';

/** Longest wait of a timer; a stream that lives longer ends then, and its client opens a new one. */
const maxWaitMs = 2 ** 31 - 1;

/** A signal for when the grant that a stream was opened under ends, unless the stream ends before; undefined for grants without an end. */
export function watchExpiry(res: ServerResponse, { expiresAt }: Principal, now: () => number): AbortSignal | undefined {
  if (expiresAt === undefined) return undefined;
  const expired = new AbortController();
  const waitMs = Math.min(Math.max(expiresAt - now(), 0), maxWaitMs);
  const timer = setTimeout(() => {
    expired.abort();
  }, waitMs).unref();
  res.on('close', () => {
    clearTimeout(timer);
  });
  return expired.signal;
}
