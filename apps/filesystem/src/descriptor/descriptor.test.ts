import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readlink, realpath, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { narrow } from '../roots/narrowing.ts';
import type { Guarantee } from '../roots/root.ts';
import { openRoots, type Roots } from '../roots/open-roots.ts';
import { openChild, openDirectory } from './open-directory.ts';
import { openFile, type PinnedFile } from './open-file.ts';
import { openPinned } from './open-pinned.ts';
import { pinParent } from './pin-parent.ts';
import { locateEntry } from '../roots/located.ts';

const run = promisify(execFile);
const guarantees = ['descriptor', 'best-effort'] as const;
const socket = createServer();
let top: string;
let byGuarantee: Record<Guarantee, Roots>;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-descriptor-')));
  await Promise.all(['root/folder', 'root/hidden', 'outside'].map((folder) => mkdir(join(top, folder), { recursive: true })));
  for (const file of ['root/file', 'root/folder/file', 'root/hidden/file', 'outside/file']) await writeFile(join(top, file), 'text');
  const links = { in: 'file', out: '../outside/file', 'out-folder': '../outside', dangling: 'none', loop: 'loop', secret: 'hidden/file' };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(top, 'root', name));
  await symlink(join(top, 'root/folder'), join(top, 'root/in-folder'));
  await symlink('folder', join(top, 'root/veil'));
  await symlink('/dev/zero', join(top, 'root/zero'));
  await run('mkfifo', [join(top, 'root/fifo'), join(top, 'outside/fifo')]);
  await symlink('../outside/fifo', join(top, 'root/out-fifo'));
  await new Promise<void>((resolve) => socket.listen(join(top, 'root/socket'), resolve));
  const open = async (guarantee: Guarantee): Promise<Roots> =>
    openRoots({ texts: [join(top, 'root')], writable: true, exclude: ['hidden/', 'veil'], guarantee });
  byGuarantee = { descriptor: await open('descriptor'), 'best-effort': await open('best-effort') };
});

afterAll(async () => {
  await new Promise((resolve) => socket.close(resolve));
  await rm(top, { recursive: true });
});

/** What the file holds. */
async function textOf({ handle }: PinnedFile): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(100), 0, 100, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

describe.each(guarantees)('with the guarantee %s', (guarantee) => {
  const locate = (path: string) => byGuarantee[guarantee].locate(path);

  it.each(['file', 'in', 'in-folder/file', 'folder/file'])('%s is opened', async (path) => {
    await using file = await openFile(locate(path));
    expect(await textOf(file)).toBe('text');
  });

  it.each([
    ['none', 'NOT_FOUND', 'nothing is there'],
    ['file/x', 'NOT_FOUND', 'a file is no folder'],
    ['out', 'NOT_FOUND', 'a link out'],
    ['out-folder/file', 'NOT_FOUND', 'a folder out'],
    ['out-folder/none', 'NOT_FOUND', 'nothing outside'],
    ['zero', 'NOT_FOUND', 'a device outside'],
    ['out-fifo', 'NOT_FOUND', 'a FIFO outside'],
    ['dangling', 'NOT_FOUND', 'a link to nothing'],
    ['loop', 'NOT_FOUND', 'a link to itself'],
    ['secret', 'NOT_FOUND', 'a link to what is hidden'],
    ['hidden/file', 'NOT_FOUND', 'what is hidden'],
    ['veil/file', 'NOT_FOUND', 'a way that is hidden, to what is not'],
    ['folder', 'INVALID_INPUT', 'a folder'],
    ['fifo', 'INVALID_INPUT', 'a FIFO'],
    ['socket', 'INVALID_INPUT', 'a socket'],
    ['x'.repeat(300), 'NOT_FOUND', 'a name that no file can have'],
  ])('%s is %s: %s', async (path, code) => {
    await expect(openFile(locate(path))).rejects.toMatchObject({ code });
  });

  it('says the same of what is outside and what is nowhere', async () => {
    const text = async (path: string): Promise<string> =>
      openFile(locate(path)).then(
        () => 'opened',
        (error: unknown) =>
          JSON.stringify(error, ['code', 'message', 'hint']).replaceAll(path, 'PATH') + String(error).replaceAll(path, 'PATH'),
      );
    const texts = await Promise.all(['none', 'out', 'out-folder/none', 'out-folder/file', 'dangling', 'hidden/file', 'zero'].map(text));
    expect(new Set(texts).size).toBe(1);
  });
});

/** What this process has open of the roots and beside them. */
async function listOpen(): Promise<readonly string[]> {
  const descriptors = await readdir('/proc/self/fd');
  // The one that lists them is closed by now.
  const paths = await Promise.all(descriptors.map(async (fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(top));
}

it.each(guarantees)('leaves nothing open with the guarantee %s, whatever came of it', async (guarantee) => {
  const locate = (path: string) => byGuarantee[guarantee].locate(path);
  for (const path of ['file', 'in', 'none', 'out', 'fifo', 'folder', 'hidden/file', 'zero']) {
    for (const open of [openFile, openDirectory]) {
      await open(locate(path)).then(
        async (opened) => opened[Symbol.asyncDispose](),
        (error: unknown) => error,
      );
    }
  }
  expect(await listOpen()).toEqual([]);
});

it.each(guarantees)('closes a file with the guarantee %s once, also one that was removed meanwhile', async (guarantee) => {
  const located = byGuarantee[guarantee].locate('short');
  for (const isRemoved of [false, true]) {
    await writeFile(join(top, 'root/short'), 'text');
    const handle = await (await openPinned(located)).pin.openFile();
    const open = `/proc/self/fd/${handle.fd}`;
    expect(await readlink(open)).toBe(join(top, 'root/short'));
    if (isRemoved) await unlink(join(top, 'root/short'));
    await handle.close();
    expect(handle.fd).toBe(-1);
    await expect(readlink(open)).rejects.toMatchObject({ code: 'ENOENT' });
    await handle.close();
    await expect(handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toThrow();
  }
});

it.each(guarantees)('says what a read failed of, with the guarantee %s', async (guarantee) => {
  // Nothing of this process lies at the beginning of its memory.
  const roots = await openRoots({ texts: [`/proc/${process.pid}`], writable: false, guarantee });
  await using file = await openFile(roots.locate('mem'));
  const failed = { code: 'UPSTREAM', message: 'The file system answered EIO for "mem".' };
  await expect(file.handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toMatchObject(failed);
});

describe.each(guarantees)('folders with the guarantee %s', (guarantee) => {
  const locate = (path: string) => byGuarantee[guarantee].locate(path);

  it('are opened over links inside, and over no others', async () => {
    await using folder = await openDirectory(locate('in-folder'));
    expect(await readdir(folder.fdPath)).toEqual(['file']);
    expect(folder.names).toEqual(['folder']);
    for (const [path, code] of [
      ['out-folder', 'NOT_FOUND'],
      ['hidden', 'NOT_FOUND'],
      ['file', 'INVALID_INPUT'],
    ] as const) {
      await expect(openDirectory(locate(path))).rejects.toMatchObject({ code });
    }
  });

  it('are gone down in a walk over no link', async () => {
    await using root = await openDirectory(locate('.'));
    await using child = await openChild(root, locateEntry(root.located, 'folder'));
    expect(await readdir(child.fdPath)).toEqual(['file']);
    await expect(openChild(root, locateEntry(root.located, 'in-folder'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(openChild(root, locateEntry(root.located, 'out-folder'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are pinned for an entry, whatever the entry is', async () => {
    const { directory, name } = await pinParent(locate('folder/new'));
    await using pinned = directory;
    expect([pinned.names, name]).toEqual([['folder'], 'new']);
    await expect(pinParent(locate('.'))).rejects.toMatchObject({ code: 'DENIED' });
    await expect(pinParent(locate('hidden/new'))).rejects.toMatchObject({ code: 'DENIED' });
    await expect(pinParent(locate('out-folder/new'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are those that a client left, over links, too', async () => {
    const roots = byGuarantee[guarantee];
    await symlink('../file', join(top, 'root/folder/up'));
    const narrowing = narrow(roots.list(), [{ uri: `file://${top}/root/folder` }]);
    await using file = await openFile(roots.locate('folder/file', narrowing));
    expect(file.names).toEqual(['folder', 'file']);
    await expect(openFile(roots.locate('folder/up', narrowing))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await unlink(join(top, 'root/folder/up'));
  });
});

it('does not wake who waits at the other end of a FIFO', async () => {
  const writer = run('sh', ['-c', `echo woken > ${top}/outside/fifo`], { timeout: 300 });
  await expect(openFile(byGuarantee.descriptor.locate('out-fifo'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(writer).rejects.toMatchObject({ killed: true });
});

it('reads what it opened, though its name leads elsewhere now', async () => {
  await writeFile(join(top, 'root/swapped'), 'inside');
  await using file = await openFile(byGuarantee.descriptor.locate('swapped'));
  await unlink(join(top, 'root/swapped'));
  await symlink('../outside/file', join(top, 'root/swapped'));
  expect(await textOf(file)).toBe('inside');
});

it('lists the folder it opened, though another one has its name now', async () => {
  await mkdir(join(top, 'root/moved'));
  await using folder = await openDirectory(byGuarantee.descriptor.locate('moved'));
  await rename(join(top, 'root/moved'), join(top, 'root/folder/moved'));
  await symlink('../outside', join(top, 'root/moved'));
  expect(await readdir(folder.fdPath)).toEqual([]);
});

it('changes the etag with every change', async () => {
  const located = byGuarantee.descriptor.locate('changing');
  const etags = new Set<string>();
  for (const change of [
    () => writeFile(join(top, 'root/changing'), 'a'),
    () => writeFile(join(top, 'root/changing'), 'b'),
    () => chmod(join(top, 'root/changing'), 0o600),
  ]) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await change();
    await using file = await openFile(located);
    etags.add(file.etag);
  }
  expect(etags.size).toBe(3);
});
