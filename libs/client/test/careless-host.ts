/** Connects to a server that outlives the end of its stdin, prints its process id and ends without closing. */
import { fileURLToPath } from 'node:url';
import { connect } from '../src/connect.ts';

const server = fileURLToPath(new URL('odd-server.ts', import.meta.url));
const connection = await connect({ stdio: { command: process.execPath, args: [server, 'stubborn'] } }, { era: 'legacy' });
process.stdout.write(`${String(connection.pid)}\n`);
process.exit(0);
