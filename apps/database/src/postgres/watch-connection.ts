import type { PoolClient } from 'pg';
import type { Notice } from '../sources/add-notice.ts';
import { watchBytes, type ByteWatch } from './watch-bytes.ts';

/** Who is told of what a connection receives. */
export interface ConnectionUser {
  readonly notify?: (notice: Notice) => void;
  /** More bytes came than were allowed. */
  readonly onExcess: () => void;
}

/** What is known of a connection, for one user after the other. */
export interface ConnectionWatch {
  readonly bytes: ByteWatch;
  user: ConnectionUser | undefined;
}

const watches = new WeakMap<PoolClient, ConnectionWatch>();

/** Watches a connection from its first use to its end: to start and stop with each call would cost more than the watching. */
export function watchConnection(client: PoolClient): ConnectionWatch {
  const known = watches.get(client);
  if (known !== undefined) {
    return known;
  }
  const watch: ConnectionWatch = {
    bytes: watchBytes(client.connection.stream, () => watch.user?.onExcess()),
    user: undefined,
  };
  client.on('notice', (notice) => watch.user?.notify?.(notice));
  watches.set(client, watch);
  return watch;
}
