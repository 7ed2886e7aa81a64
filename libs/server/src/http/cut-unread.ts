import type { ServerResponse } from 'node:http';

/**
 * Cuts the connection of a client that leaves what it was sent unread for `stalledMs`: such a client would hold the answer in memory, and
 * the drain open. A client that waits for its answer, or reads slowly, is left alone.
 */
export function cutUnread(res: ServerResponse, stalledMs: number): void {
  res.setTimeout(stalledMs, () => {
    if (res.writableLength > 0) {
      res.destroy();
    }
  });
}
