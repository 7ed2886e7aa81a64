import type { Duplex } from 'node:stream';
import { takeTurns, type Place } from './take-turns.ts';

/** Counts what a connection receives. */
export interface ByteWatch {
  /** Bytes that were allowed last. */
  readonly allowed: number;
  /** Starts over: more than `limit` bytes from now on are too many; with Infinity none are. */
  allow(limit: number): void;
}

/** From here on a row is large; a page that has rows already does not take it. */
const largeRow = 4_000_000;

/** The memory of a process holds one large row at a time, whatever the number of connections. */
const queueForLargeRow = takeTurns();

/**
 * Watches the bytes of a connection as they come, before they are a row: the driver gathers a row whole, whatever its size, and ends the
 * process over one that no string can hold. A connection with a large row waits until no other has one. Nothing is limited before the first
 * `allow`.
 *
 * @param onExcess Called for each arrival over the limit.
 */
export function watchBytes(stream: Duplex, onExcess: () => void): ByteWatch {
  let allowed = Infinity;
  let left = Infinity;
  let place: Place | undefined;
  const wait = (): void => {
    const mine = queueForLargeRow();
    place = mine;
    stream.pause();
    void mine.turn.then(() => {
      if (place === mine) {
        stream.resume();
      }
    });
  };
  const leave = (): void => {
    place?.leave();
    place = undefined;
    stream.resume();
  };
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) {
      onExcess();
    } else if (place === undefined && allowed - left > largeRow) {
      wait();
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
      if (place !== undefined) {
        leave();
      }
    },
  };
}
