import { app } from '../test/sample/app.ts';
import { appContract } from './app-contract.ts';
import { contractParts } from './contract/contract-options.ts';

/** How a process ends, which takes longest, is judged on the servers themselves. */
appContract({
  app,
  main: new URL('../test/sample/main.ts', import.meta.url),
  snapshots: new URL('../test/sample/tools.snap/', import.meta.url),
  calls: [{ tool: 'count_words', args: { text: 'one two' } }, { tool: 'list_words' }],
  parts: process.env['SOAK'] === '1' ? contractParts : contractParts.filter((part) => part !== 'stop'),
});
