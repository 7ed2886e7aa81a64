/** Runs the official conformance suite and the Inspector against the fixture and the servers: `npm run conformance`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SampleCall } from './inspector.ts';
import { runAll } from './outcome.ts';
import { fixtureEntry, planFixture, planInspector, planServer } from './plan.ts';
import { startServer } from './start-server.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Servers, a call that each answers, and flags. */
const servers: readonly (readonly [name: string, call: SampleCall, args?: readonly string[]])[] = [
  ['database', { tool: 'query', args: { sql: 'select 1 as one' } }],
  // The suite's client says that it has roots and answers no question for them: a read would end in that question.
  ['filesystem', { tool: 'read_file', args: { path: 'README.md' } }, ['--no-client-roots']],
];

async function checkFixture(): Promise<boolean> {
  await using server = await startServer(fixtureEntry, ['--legacy-sessions']);
  const call = { tool: 'test_simple_text', args: {} };
  const runs = [...planFixture(server.url), ...planInspector({ name: 'fixture', entry: fixtureEntry, url: server.url, call })];
  return await runAll(runs, print);
}

async function checkServer(name: string, call: SampleCall, args: readonly string[] = []): Promise<boolean> {
  const entry = fileURLToPath(new URL(`../../../apps/${name}/src/main.ts`, import.meta.url));
  if (!existsSync(entry)) return true;
  await using server = await startServer(entry, args);
  // The Inspector first: its call opens what the suite, which waits ten seconds for an answer, then finds open.
  return await runAll([...planInspector({ name, entry, url: server.url, call }), ...planServer(name, server.url)], print);
}

const results = [await checkFixture()];
for (const server of servers) results.push(await checkServer(...server));
process.exitCode = results.every(Boolean) ? 0 : 1;
