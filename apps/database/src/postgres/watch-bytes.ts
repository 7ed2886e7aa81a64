import type { Duplex } from 'node:stream';

/** Counts what a connection receives. */
export interface ByteWatch {
  /** Bytes that were allowed last. */
  readonly allowed: number;
  /** Starts over: more than `limit` bytes from now on are too many. */
  allow(limit: number): void;
  stop(): void;
}

/**
 * Watches the bytes of a connection as they come, before they are a row: the driver gathers a row whole, whatever its size, and ends the
 * process over one that no string can hold. Nothing is limited before the first `allow`.
 *
 * @param onExcess Called for each arrival over the limit.
 */
export function watchBytes(stream: Duplex, onExcess: () => void): ByteWatch {
  let allowed = Infinity;
  let left = Infinity;
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) {
      onExcess();
    }
  };
  stream.on('data', count);
  return {
    get allowed() {
      return allowed;
    },
    allow(limit) {
      allowed = limit;
      left = limit;
    },
    stop() {
      stream.off('data', count);
    },
  };
}
