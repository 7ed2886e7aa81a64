import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { requireCapability } from '@trellis-mcp/test-services';
import { entryCommand } from '@trellis-mcp/testing';

/** A disk of 256 KiB, one that is read only, and a folder of somebody else; only the command behind it sees the disks. */
const script = [
  'mount -t tmpfs -o size=262144,mode=777 tmpfs "$0/small"',
  'mount -t tmpfs -o mode=777 tmpfs "$0/still"',
  'echo one > "$0/still/a.txt"',
  'mount -o remount,ro "$0/still"',
  'exec "$@"',
].join(' && ');
const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

let top: string;
let client: Connection;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-failures-')));
  await Promise.all(['small', 'still', 'foreign', 'mine'].map(async (name) => mkdir(join(top, name))));
  await writeFile(join(top, 'foreign/a.txt'), 'one\n');
  await chmod(top, 0o755);
  await chmod(join(top, 'foreign/a.txt'), 0o666);
  await chmod(join(top, 'foreign'), 0o555);
  await chmod(join(top, 'mine'), 0o777);
  const around = ['--mount', 'sh', '-c', script, top, ...asNobody];
  const isAble = async (): Promise<boolean> =>
    promisify(execFile)('unshare', [...around, 'true']).then(
      () => true,
      () => false,
    );
  await requireCapability('mount-namespace', isAble, 'It needs unshare(1), setpriv(1) and the right to mount a tmpfs.');
  const roots = ['small', 'still', 'foreign', 'mine'].flatMap((name) => ['--root', `${name}=${join(top, name)}`]);
  const { command, args } = entryCommand(new URL('../src/main.ts', import.meta.url), ['--write', '--no-confirm', ...roots]);
  client = await connect({ stdio: { command: 'unshare', args: [...around, command, ...args] } });
});

afterAll(async () => {
  await client.close();
  await rm(top, { recursive: true });
});

async function list(path: string): Promise<unknown> {
  const { entries } = (await client.callTool('list_directory', { path, hidden: true })).data as { entries: readonly { name: string }[] };
  return entries.map(({ name }) => name);
}

it('keeps the old file, and leaves nothing, when the disk is full', async () => {
  await client.callTool('write_file', { path: 'small/a.txt', content: 'x'.repeat(100_000) });
  const full = { code: 'LIMIT', message: expect.stringContaining('no space left') };
  await expect(client.callTool('write_file', { path: 'small/a.txt', content: 'y'.repeat(200_000) })).rejects.toMatchObject(full);
  await expect(client.callTool('write_file', { path: 'small/b.txt', content: 'y'.repeat(200_000) })).rejects.toMatchObject(full);
  await client.callTool('copy', { from: 'small/a.txt', to: 'small/folder.txt' });
  await expect(client.callTool('copy', { from: 'small/a.txt', to: 'small/c.txt' })).rejects.toMatchObject(full);
  const edits = [{ oldText: 'x', newText: 'xy', expected: 100_000 }];
  await expect(client.callTool('edit_file', { path: 'small/a.txt', edits })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await list('small')).toEqual(['a.txt', 'folder.txt']);
  expect((await client.callTool('stat', { path: 'small/a.txt' })).data).toMatchObject({ size: 100_000 });
  await client.callTool('delete', { path: 'small/folder.txt' });
  expect(await list('small')).toEqual(['a.txt']);
});

const changes = [
  ['write_file', (root: string) => ({ path: `${root}/a.txt`, content: 'x' })],
  ['write_file', (root: string) => ({ path: `${root}/new.txt`, content: 'x' })],
  ['write_file', (root: string) => ({ path: `${root}/new/new.txt`, content: 'x', createParents: true })],
  ['edit_file', (root: string) => ({ path: `${root}/a.txt`, edits: [{ oldText: 'one', newText: 'two' }] })],
  ['move', (root: string) => ({ from: `${root}/a.txt`, to: `${root}/b.txt` })],
  ['move', (root: string) => ({ from: `${root}/a.txt`, to: 'small/b.txt' })],
  ['move', (root: string) => ({ from: `${root}/a.txt`, to: 'mine/b.txt' })],
  ['copy', (root: string) => ({ from: `${root}/a.txt`, to: `${root}/b.txt` })],
  ['make_directory', (root: string) => ({ path: `${root}/new` })],
  ['delete', (root: string) => ({ path: `${root}/a.txt` })],
] as const;

it.each(changes)('says which policy of the system forbids %s', async (tool, argsFor) => {
  await expect(client.callTool(tool, argsFor('still'))).rejects.toMatchObject({
    code: 'DENIED',
    message: expect.stringContaining('read only'),
  });
  const foreign = { code: 'DENIED', message: expect.stringContaining('does not let this server change') };
  await expect(client.callTool(tool, argsFor('foreign'))).rejects.toMatchObject(foreign);
  expect(await list('still')).toEqual(['a.txt']);
  expect(await list('foreign')).toEqual(['a.txt']);
  expect(await list('small')).not.toContain('b.txt');
  expect(await list('mine')).toEqual([]);
});
