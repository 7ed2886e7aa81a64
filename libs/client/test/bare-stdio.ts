import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createBareServer } from './bare-factory.ts';

serveStdio(() => createBareServer());
