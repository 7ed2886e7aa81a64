import { join } from 'node:path';
import { findServers } from '../src/start/find-servers.ts';
import { startAll } from '../src/start/start-all.ts';

/** `npm start` over the stand-ins named in the arguments. */
const servers = await findServers(join(import.meta.dirname, 'fixture-apps'));
process.exitCode = await startAll(servers.filter(({ folder }) => process.argv.includes(folder)));
