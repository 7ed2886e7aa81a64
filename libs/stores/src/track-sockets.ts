import { Socket } from 'node:net';

/** The sockets of a pool. */
export interface TrackedSockets {
  open: () => Socket;
  count: () => number;
  /** Cuts those that are open. */
  destroy: () => void;
}

/** Makes the sockets of a pool and knows which are open. */
export function trackSockets(): TrackedSockets {
  const sockets = new Set<Socket>();
  return {
    open() {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    count: () => sockets.size,
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
