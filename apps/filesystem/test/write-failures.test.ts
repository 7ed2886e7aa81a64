import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { requireCapability, until } from '@trellis-mcp/test-services';
import { entryCommand } from '@trellis-mcp/testing';

/** A disk of 256 KiB, one that is read only, a file at two places, and a folder of somebody else; only the command behind it sees the disks. */
const script = [
  'mount -t tmpfs -o size=262144,mode=777 tmpfs "$0/small"',
  'mount -t tmpfs -o mode=777 tmpfs "$0/still"',
  'echo one > "$0/still/a.txt"',
  'mount -o remount,ro "$0/still"',
  'mount --bind "$0/twice/a.txt" "$0/twice/b.txt"',
  'exec "$@"',
].join(' && ');
const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

const folders = ['small', 'still', 'foreign', 'mine', 'own', 'twice'];
const limits = ['--max-write-bytes', '200KB', '--trash-max-bytes', '150KB'];

let top: string;
let client: Connection;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-failures-')));
  await Promise.all(folders.map(async (name) => mkdir(join(top, name))));
  for (const file of ['foreign/a.txt', 'twice/a.txt', 'twice/b.txt']) await writeFile(join(top, file), 'one\n');
  await chmod(top, 0o755);
  await chmod(join(top, 'foreign/a.txt'), 0o666);
  await chmod(join(top, 'foreign'), 0o555);
  await Promise.all(['mine', 'own', 'twice'].map(async (name) => chmod(join(top, name), 0o777)));
  const around = ['--mount', 'sh', '-c', script, top, ...asNobody];
  const isAble = async (): Promise<boolean> =>
    promisify(execFile)('unshare', [...around, 'true']).then(
      () => true,
      () => false,
    );
  await requireCapability('mount-namespace', isAble, 'It needs unshare(1), setpriv(1) and the right to mount a tmpfs.');
  const roots = folders.flatMap((name) => ['--root', `${name}=${join(top, name)}`]);
  const { command, args } = entryCommand(new URL('../src/main.ts', import.meta.url), ['--write', '--no-confirm', ...limits, ...roots]);
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

/** Makes a folder that its owner may only read, in `own`, with a file of 100,000 bytes. */
async function makeReadOnly(name: string): Promise<void> {
  await promisify(execFile)('sh', [
    '-c',
    'mkdir -p "$0/sub" && head -c 100000 /dev/zero >"$0/sub/f" && chmod 555 "$0/sub"',
    join(top, 'own', name),
  ]);
  if (asNobody.length > 0) await promisify(execFile)('chown', ['-R', '65534:65534', join(top, 'own', name)]);
}

it('removes what its owner may only read, and lets nothing keep the room of others', async () => {
  await makeReadOnly('one');
  await mkdir(join(top, 'own/.trellis-trash/gone-foreign/sub'), { recursive: true });
  await writeFile(join(top, 'own/.trellis-trash/gone-foreign/sub/f'), 'x');
  await chmod(join(top, 'own/.trellis-trash'), 0o777);
  await client.callTool('delete', { path: 'own/one', recursive: true });
  await makeReadOnly('two');
  await client.callTool('delete', { path: 'own/two', recursive: true });
  const gone = async (): Promise<readonly string[]> =>
    (await readdir(join(top, 'own/.trellis-trash'))).filter((name) => name.startsWith('gone-') && name !== 'gone-foreign');
  await until(async () => (await gone()).length === 0);
  expect(await list('own')).toEqual([]);
});

it('leaves nothing of a copy that ends in what its owner may only read', async () => {
  for (const name of ['half/a', 'half/b', 'half/c']) await makeReadOnly(name);
  await expect(client.callTool('copy', { from: 'own/half', to: 'own/copied' })).rejects.toMatchObject({ code: 'LIMIT' });
  expect((await readdir(join(top, 'own'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('says what of a folder cannot be copied', async () => {
  await mkdir(join(top, 'own/some'));
  await writeFile(join(top, 'own/some/key.txt'), 'x', { mode: 0 });
  const denied = { code: 'DENIED', message: 'The system does not let this server read "own/some/key.txt".' };
  if (asNobody.length > 0) await expect(client.callTool('copy', { from: 'own/some', to: 'own/copied' })).rejects.toMatchObject(denied);
});

it('says that a folder may not be searched', async () => {
  await mkdir(join(top, 'own/names'), { mode: 0o744 });
  const denied = { code: 'DENIED', message: expect.stringContaining('search in the folder') };
  if (asNobody.length > 0) await expect(client.callTool('find_files', { path: 'own/names', glob: '*' })).rejects.toMatchObject(denied);
});

it('restores what it has, whose ever the trash of another root is', async () => {
  await mkdir(join(top, 'foreign/.trellis-trash'), { mode: 0o700 });
  await client.callTool('write_file', { path: 'own/a.txt', content: 'x' });
  const { trashId } = (await client.callTool('delete', { path: 'own/a.txt' })).data as { trashId: string };
  expect((await client.callTool('restore', { trashId })).data).toEqual({ path: 'own/a.txt' });
  await rm(join(top, 'foreign/.trellis-trash'), { recursive: true });
});

it('takes a file at two places for one', async () => {
  const moved = client.callTool('move', { from: 'twice/a.txt', to: 'twice/b.txt', overwrite: true });
  await expect(moved).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('in use') });
  expect(await list('twice')).toEqual(['a.txt', 'b.txt']);
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
