/** The same tools on the bare SDK: `serveStdio`, run from its node_modules. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createBareServer } from './bare-server.ts';

serveStdio(createBareServer);
