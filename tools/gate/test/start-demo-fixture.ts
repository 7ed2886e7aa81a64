import { join } from 'node:path';
import { repositoryRoot } from '../src/repository-root.ts';
import { findServers } from '../src/start/find-servers.ts';
import { startDemo } from '../src/start/start-demo.ts';

/** `npm start -- --auth demo` with the provider on another port; TRELLIS_PORT moves the server. */
const servers = await findServers(join(repositoryRoot, 'apps'));
process.exitCode = await startDemo(
  servers.filter(({ folder }) => folder === process.argv[2]),
  Number(process.argv[3]),
);
