import { appContract, type SampleCall } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

/** One call of each tool that the sample project answers. */
const calls: readonly SampleCall[] = [
  { tool: 'list_roots' },
  { tool: 'read_file', args: { path: 'README.md' } },
  { tool: 'read_files', args: { paths: ['README.md', 'src/next-ferry.js'], limit: 3 } },
  { tool: 'list_directory', args: { path: 'src', sort: 'size' } },
  { tool: 'tree', args: { path: '.' } },
  { tool: 'find_files', args: { path: '.', glob: '**/*.js' } },
  { tool: 'search_text', args: { path: '.', pattern: 'ferry' } },
  { tool: 'stat', args: { path: 'docs/timetable.md' } },
];

const subject = {
  app,
  main: new URL('../src/main.ts', import.meta.url),
  snapshots: new URL('tools.snap/', import.meta.url),
  calls,
};

appContract({ ...subject, parts: ['calls', 'search', 'abort', 'stdout', 'stop', 'release', 'usage', 'commands'] });

// All tools that there are, for their snapshots.
appContract({ ...subject, args: ['--write'], parts: ['lists'] });
