import type { ServerResponse } from 'node:http';
import type { Principal } from '../principal.ts';

/** Longest wait of a timer; a stream that lives longer ends then, and its client opens a new one. */
const maxWaitMs = 2 ** 31 - 1;

/** Ends a stream when the grant that it was opened under does: the client comes back with a new token. */
export function endAtExpiry(res: ServerResponse, { expiresAt }: Principal, now: () => number): void {
  if (expiresAt === undefined) return;
  const timer = setTimeout(
    () => {
      if (res.headersSent) res.end();
      else res.destroy();
    },
    Math.min(Math.max(expiresAt - now(), 0), maxWaitMs),
  ).unref();
  res.on('close', () => {
    clearTimeout(timer);
  });
}
