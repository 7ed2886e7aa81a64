import { connect, type Connection, type ConnectOptions } from '@trellis-mcp/client';
import type { InProcessServer } from '../start-in-process.ts';

/** How a client reaches a server in this process; `stdio` goes over memory streams, which are served as stdio is. */
export type Road = 'stdio' | 'HTTP' | 'WebSocket';

/** Every road in both eras. */
export const everyRoad = [
  ['stdio', 'modern'],
  ['stdio', 'legacy'],
  ['HTTP', 'modern'],
  ['HTTP', 'legacy'],
  ['WebSocket', 'modern'],
  ['WebSocket', 'legacy'],
] as const;

/** Connects over a road; over HTTP and WebSocket the server listens on a port of its own for each connection. */
export async function connectOver(
  road: Road,
  server: Pick<InProcessServer<unknown>, 'connect' | 'listen' | 'listenWebSocket'>,
  options?: ConnectOptions,
): Promise<Connection> {
  switch (road) {
    case 'stdio':
      return await server.connect(options);
    case 'HTTP':
      return await connect({ http: { url: await server.listen() } }, options);
    case 'WebSocket':
      return await connect({ websocket: { url: await server.listenWebSocket() } }, options);
  }
}
