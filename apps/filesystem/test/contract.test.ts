import { appContract } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

appContract({
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  calls: [{ tool: 'list_roots' }, { tool: 'read_file', args: { path: 'README.md' } }],
});
