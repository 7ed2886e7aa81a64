import { createRequire } from 'node:module';
import { defineServer } from '@trellis-mcp/server';
import { port, settings } from './config.ts';
import { openDeps } from './deps.ts';
import { tools } from './tools/index.ts';

// package.json lies one folder up from src and from dist alike.
const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The declaration of the server. */
export const app = defineServer({
  name: 'trellis-filesystem',
  title: 'Trellis filesystem',
  version,
  description: 'The filesystem server of Trellis.',
  instructions: 'Finds words of a list by their beginning. Start with find_words.',
  port,
  settings,
  openDeps,
  tools,
});
