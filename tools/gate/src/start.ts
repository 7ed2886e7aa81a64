import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from './repository-root.ts';
import { findServers, type ServerSource } from './start/find-servers.ts';
import { startAll } from './start/start-all.ts';
import { startDemo } from './start/start-demo.ts';
import { watchParent } from './start/watch-parent.ts';

/**
 * `npm start` runs every server on Streamable HTTP from its sources, on embedded defaults.
 * `npm start -- --auth demo` runs them behind an identity provider with one user.
 * `npm start --silent -- database --transport stdio` becomes that one server: same process, so stdio, signals and exit code are its own.
 */
const usage = 64;
const servers = await findServers(join(repositoryRoot, 'apps'));
const [name, ...args] = process.argv.slice(2);
if (name === undefined) process.exitCode = await startAll(servers);
else if (name === '--auth') process.exitCode = args.join(' ') === 'demo' ? await startDemo(servers) : refuse('--auth takes demo here.');
else await become(name);

async function become(folder: string): Promise<void> {
  const server: ServerSource | undefined = servers.find((one) => one.folder === folder);
  if (server) {
    process.argv.splice(1, Infinity, server.main, ...args);
    watchParent(() => process.kill(process.pid, 'SIGTERM'));
    await import(pathToFileURL(server.main).href);
  } else {
    const known = servers.map((one) => one.folder).join(', ') || 'none yet';
    process.exitCode = refuse(`There is no server "${folder}". Servers: ${known}.`);
  }
}

function refuse(why: string): number {
  process.stderr.write(`${why} Usage: npm start [--silent -- SERVER FLAGS... | -- --auth demo]\n`);
  return usage;
}
