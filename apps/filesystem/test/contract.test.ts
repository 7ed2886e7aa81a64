import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  calls: [{ tool: 'find_words', args: { prefix: 'ap' } }],
});
