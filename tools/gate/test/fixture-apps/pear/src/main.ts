import { createServer } from 'node:http';
import { app } from './app.ts';

/** Stands for a server: answers /livez, says its process id, stops on SIGTERM and SIGINT. */
const server = createServer((_request, response) => {
  response.end('ok');
}).listen(app.port, '127.0.0.1', () => process.stderr.write(`pear ${process.pid}\n`));
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    process.stderr.write(`pear got ${signal}\n`);
    server.close();
    server.closeAllConnections();
  });
}
