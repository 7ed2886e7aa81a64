/** Runs the official conformance suite and the Inspector against the fixture and the database server: `npm run conformance`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runAll } from './outcome.ts';
import { fixtureEntry, planFixture, planInspector, planServer } from './plan.ts';
import { startServer } from './start-server.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const databaseEntry = fileURLToPath(new URL('../../../apps/database/src/main.ts', import.meta.url));

async function checkFixture(): Promise<boolean> {
  await using server = await startServer(fixtureEntry, ['--legacy-sessions']);
  const call = { tool: 'test_simple_text', args: {} };
  const runs = [...planFixture(server.url), ...planInspector({ name: 'fixture', entry: fixtureEntry, url: server.url, call })];
  return await runAll(runs, print);
}

async function checkDatabase(): Promise<boolean> {
  await using server = await startServer(databaseEntry);
  const call = { tool: 'query', args: { sql: 'select 1 as one' } };
  const runs = [...planServer('database', server.url), ...planInspector({ name: 'database', entry: databaseEntry, url: server.url, call })];
  return await runAll(runs, print);
}

const results = [await checkFixture(), existsSync(databaseEntry) ? await checkDatabase() : true];
process.exitCode = results.every(Boolean) ? 0 : 1;
