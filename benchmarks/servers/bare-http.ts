/** The same tools on the bare SDK: `createMcpHandler` on `node:http`, schemas at module scope. */
import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createBareServer } from './bare-server.ts';

// The SDK's structural types predate exactOptionalPropertyTypes; the values are node:http's own.
const listener = toNodeHandler(createMcpHandler(createBareServer)) as RequestListener;
createServer(listener).listen(Number(process.argv[2]), '127.0.0.1');
