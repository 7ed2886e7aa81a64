import { createServer } from 'node:net';

/**
 * Finds a TCP port on 127.0.0.1 that nothing listens on. Another process may take it before the caller does, so whoever can
 * should listen on port 0 instead.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('The system gave no port.'));
          return;
        }
        resolve(address.port);
      });
    });
  });
}
