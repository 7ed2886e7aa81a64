import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StdioCommand, ToolCall } from './database-client.ts';
import { installPeers } from './database-peers.ts';
import type { RoundTrip } from './servers/round-trip.ts';
import { lookupByParam, startBenchDatabase, writeLookup } from './database-table.ts';

/** A server and how its tool for any SQL is asked for one row: the key goes as a parameter where the tool has parameters, else in the text. */
export interface DatabaseServer {
  readonly name: string;
  readonly command: StdioCommand;
  readonly lookUp: (key: number) => ToolCall;
}

/** Other projects' servers on the benchmark's database. */
export interface PeerServers {
  /** In its read-only mode, which does what ours does: a READ ONLY transaction around the statement. */
  readonly readOnlyDbhub: DatabaseServer;
  /** As it starts without a configuration file. */
  readonly dbhub: DatabaseServer;
  readonly toolbox: DatabaseServer;
}

/** A database and the servers on it. */
export interface DatabaseSetting extends AsyncDisposable {
  readonly url: URL;
  /** The built bundle, started as a user starts it. */
  readonly trellis: DatabaseServer;
  /** The same with the key in the text, a new statement each time. */
  readonly trellisByText: DatabaseServer;
  /** The least there can be: the bare SDK with the round trip of Trellis to PostgreSQL, that round trip without any server, and the statement alone. */
  readonly floors: readonly DatabaseServer[];
  readonly peers: PeerServers | { readonly missing: string };
}

const bundle = fileURLToPath(new URL('../apps/database/bin/trellis-database.cjs', import.meta.url));

/** Starts the database of the benchmarks and writes down how each server is started. Needs `npm run build`. */
export async function openDatabaseSetting(): Promise<DatabaseSetting> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await startBenchDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'trellis-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const peers = await openPeers(url, folder);
  const command = { file: process.execPath, args: [bundle, '--database-url', url.href] };
  const lookUp = (key: number): ToolCall => ({ name: 'query', arguments: { sql: lookupByParam, params: [key] } });
  const floorOf = (name: string, program: 'sdk-floor' | 'pg-floor', roundTrip: RoundTrip): DatabaseServer => {
    const file = fileURLToPath(new URL(`./servers/${program}.ts`, import.meta.url));
    return { name, command: { file: process.execPath, args: [file, url.href, lookupByParam, roundTrip] }, lookUp };
  };
  const owned = stack.move();
  return {
    url,
    trellis: { name: 'Trellis', command, lookUp },
    floors: [
      floorOf('bare SDK, round trip of Trellis', 'sdk-floor', 'read-only'),
      floorOf('no server, round trip of Trellis', 'pg-floor', 'read-only'),
      floorOf('no server, statement alone', 'pg-floor', 'bare'),
    ],
    trellisByText: {
      name: 'Trellis, key in the text',
      command,
      lookUp: (key) => ({ name: 'query', arguments: { sql: writeLookup(key) } }),
    },
    peers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openPeers(url: URL, folder: string): Promise<PeerServers | { readonly missing: string }> {
  const programs = await installPeers();
  if ('missing' in programs) return programs;
  const dbhubFile = join(folder, 'dbhub.toml');
  const toolboxFile = join(folder, 'tools.yaml');
  await writeFile(dbhubFile, dbhubConfig(url));
  await writeFile(toolboxFile, toolboxConfig(url));
  const lookUp = (key: number): ToolCall => ({ name: 'execute_sql', arguments: { sql: writeLookup(key) } });
  const dbhub = (name: string, ...flags: readonly string[]): DatabaseServer => ({
    name,
    command: { file: process.execPath, args: [programs.dbhub, '--transport', 'stdio', ...flags] },
    lookUp,
  });
  return {
    readOnlyDbhub: dbhub('DBHub, read-only', '--config', dbhubFile),
    dbhub: dbhub('DBHub, defaults', '--dsn', withoutTls(url)),
    toolbox: { name: 'MCP Toolbox', command: { file: programs.toolbox, args: ['--stdio', '--config', toolboxFile] }, lookUp },
  };
}

function dbhubConfig(url: URL): string {
  return `[[sources]]
id = "default"
dsn = "${withoutTls(url)}"

[[tools]]
name = "execute_sql"
source = "default"
readonly = true
`;
}

function toolboxConfig({ hostname, port, pathname, username, password }: URL): string {
  return `sources:
  bench:
    kind: postgres
    host: ${hostname}
    port: ${port}
    database: ${pathname.slice(1)}
    user: ${username}
    password: ${password}
tools:
  execute_sql:
    kind: postgres-execute-sql
    source: bench
    description: Run one SQL statement.
`;
}

function withoutTls(url: URL): string {
  return `${url.href}?sslmode=disable`;
}
