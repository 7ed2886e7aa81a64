import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:net';

/**
 * Preloaded into servers that `npm start` runs: tells the parent the first TCP port this process listens on, as `{ port }`, and when the
 * parent is gone, however it went, stops the server as on SIGTERM. Its output stays the terminal's, so nothing is read from there.
 */
const listening = 'tracing:net.server.listen:asyncEnd';
subscribe(listening, reportPort);

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

function reportPort(message: unknown): void {
  const { server } = message as { server: unknown };
  const address = server instanceof Server ? server.address() : null;
  if (address === null || typeof address === 'string') return;
  unsubscribe(listening, reportPort);
  process.send?.({ port: address.port });
}
