import { app } from '../test/sample/app.ts';
import { appContract } from './app-contract.ts';

// The parts that start programs run on the servers in apps; a server without dependencies is stopped in libs/server.
appContract({
  app,
  main: new URL('../test/sample/main.ts', import.meta.url),
  snapshots: new URL('../test/sample/tools.snap/', import.meta.url),
  calls: [{ tool: 'count_words', args: { text: 'one two' } }, { tool: 'list_words' }],
  parts: ['lists', 'calls', 'search', 'abort'],
});
