import { ServerResponse, type IncomingMessage } from 'node:http';
import { sendRefusal, type HttpRefusal } from '../http/http-error.ts';

/** Answers an upgrade with a plain HTTP response, as `/mcp` would, and closes the connection behind it. */
export function refuseUpgrade(req: IncomingMessage, refusal: HttpRefusal): void {
  const { socket } = req;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket);
  res.on('finish', () => {
    socket.destroySoon();
  });
  sendRefusal(res, { ...refusal, headers: { ...refusal.headers, connection: 'close' } });
}
