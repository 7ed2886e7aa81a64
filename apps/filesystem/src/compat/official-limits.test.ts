import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnProbe } from '@trellis-mcp/test-services';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { findFastFolder } from '../../test/find-fast-folder.ts';
import { app } from '../app.ts';
import type { Deps } from '../deps.ts';

let root: string;
const servers = new Map<string, Promise<InProcessServer<Deps>>>();

/** One server for each set of flags. */
async function serve(flags: readonly string[]): Promise<InProcessServer<Deps>> {
  const key = flags.join(' ');
  const server = servers.get(key) ?? startInProcess(app, { args: [root, '--compat', 'official', ...flags] });
  servers.set(key, server);
  return server;
}

beforeAll(async () => {
  root = await mkdtemp(join(await findFastFolder(), 'trellis-limits-'));
  await mkdir(join(root, 'deep', 'a', 'b', 'c'), { recursive: true });
  await mkdir(join(root, 'many'));
  await mkdir(join(root, 'wide'));
  await writeFile(join(root, 'deep', 'a', 'b', 'c', 'd.txt'), 'x'.repeat(1000));
  await using made = await spawnProbe('sh', ['-c', 'seq 300 | xargs touch; cd ../wide; seq 20001 | xargs touch'], {
    cwd: join(root, 'many'),
  });
  await made.exit;
});

afterAll(async () => {
  await Promise.all([...servers.values()].map(async (server) => (await server).close()));
  await rm(root, { recursive: true });
});

const paths = Array.from({ length: 30 }, () => 'deep/a/b/c/d.txt');

it.each([
  ['text of several files', ['--max-read-bytes', '1KiB'], 'read_multiple_files', { paths }, 'Send fewer paths'],
  ['text of a tree', ['--max-read-bytes', '1KiB'], 'directory_tree', { path: 'wide' }, 'or call tree'],
  ['entries of a folder', [], 'list_directory', { path: 'wide' }, 'with limit, and cursor'],
  ['entries of a sized folder', [], 'list_directory_with_sizes', { path: 'wide' }, 'with limit, and cursor'],
  ['entries on a walk', ['--max-entries', '200'], 'search_files', { path: '.', pattern: 'none' }, '--max-entries'],
  ['entries of a tree', ['--max-entries', '200'], 'directory_tree', { path: 'many' }, '--max-entries'],
  ['folders in folders', ['--max-depth', '3'], 'directory_tree', { path: 'deep' }, '--max-depth'],
  ['folders in a search', ['--max-depth', '3'], 'search_files', { path: 'deep', pattern: '**' }, '--max-depth'],
])('too many %s are a refusal that says what to do', async (_title, flags, tool, args, hint) => {
  const server = await serve(flags);
  const client = await server.connect();
  await expect(client.callTool(tool, args)).rejects.toMatchObject({ code: 'LIMIT', hint: expect.stringContaining(hint) as unknown });
});

it.each([
  ['directory_tree', { path: 'deep' }, '--max-depth', '4'],
  ['directory_tree', { path: 'many' }, '--max-entries', '300'],
  ['list_directory', { path: 'many' }, '--max-read-bytes', '1KiB'],
])('%s of %j has room within %s %s', async (tool, args, ...flags) => {
  const server = await serve(flags);
  expect((await (await server.connect()).callTool(tool, args)).failed).toBe(false);
});
