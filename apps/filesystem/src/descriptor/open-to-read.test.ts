import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { until } from '@trellis-mcp/test-services';
import { FileReader } from '../reader/file-reader.ts';
import { narrow } from '../roots/narrowing.ts';
import { openRoots, type Roots } from '../roots/open-roots.ts';
import { openFile, type ReadableFile } from './open-file.ts';
import { openToRead } from './open-to-read.ts';

const { signal } = new AbortController();
const reader = new FileReader({ onFailure: (error) => expect(error).toBeUndefined() });
let top: string;
let roots: Roots;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-to-read-')));
  await Promise.all(['root/folder', 'root/hidden', 'outside'].map((folder) => mkdir(join(top, folder), { recursive: true })));
  for (const file of ['root/file', 'root/folder/file', 'root/hidden/file', 'outside/file', 'root/mute', 'root/x.secret'])
    await writeFile(join(top, file), `text of ${file}`);
  await writeFile(join(top, 'root/large'), 'x'.repeat(100_000));
  await writeFile(join(top, 'root/empty'), '');
  await chmod(join(top, 'root/mute'), 0);
  const links = {
    in: 'file',
    out: '../outside/file',
    'out-folder': '../outside',
    'in-folder': 'folder',
    veil: 'folder',
    dangling: 'none',
    loop: 'loop',
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(top, 'root', name));
  await promisify(execFile)('mkfifo', [join(top, 'root/fifo')]);
  roots = await openRoots({ texts: [join(top, 'root')], writable: false, exclude: ['hidden/', 'veil', '*.secret'], reader });
  await until(async () => (await reader.read(join(top, 'root/file'))) !== undefined);
});

afterAll(async () => {
  reader[Symbol.dispose]();
  await rm(top, { recursive: true });
});

/** All that a caller can learn. */
async function describeFile(open: () => Promise<ReadableFile>): Promise<unknown> {
  try {
    await using file = await open();
    const { handle, stats, etag, names, located } = file;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 2, 10, 3);
    const { size, mtimeNs } = stats;
    return { text: buffer.toString('latin1', 0, 20), bytesRead, etag, names, shown: located.shown, size, mtimeNs };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { code, message, hint } = error;
    return { code, message, hint };
  }
}

const paths = ['file', 'folder/file', 'large', 'empty', 'mute', 'in', 'in-folder/file', 'veil/file', 'hidden/file', 'x.secret', 'out'];
const others = ['out-folder/file', 'dangling', 'loop', 'fifo', 'folder', '.', 'none', 'file/below', 'x'.repeat(300)];

it.each([...paths, ...others])('gives of %s what opening it gives', async (path) => {
  for (const narrowing of [undefined, narrow(roots.list(), [{ uri: `file://${top}/root/folder` }])]) {
    const locate = (): ReturnType<Roots['locate']> => roots.locate(path, narrowing);
    expect(await describeFile(async () => openToRead(locate(), { signal }))).toEqual(
      await describeFile(async () => openFile(locate(), { signal })),
    );
  }
});

it('asks the reader for what is served, and for nothing else', async () => {
  const asked: string[] = [];
  const [root] = roots.list();
  const watched = { read: async (path: string) => (asked.push(path), reader.read(path)) };
  for (const path of ['file', 'hidden/file', 'x.secret', 'veil/file']) {
    const located = { ...roots.locate(path), root: Object.assign({}, root, { reader: watched }) };
    await describeFile(async () => openToRead(located, { signal }));
  }
  expect(asked).toEqual([join(top, 'root/file')]);
});

it('opens nothing for a call that was aborted', async () => {
  await expect(openToRead(roots.locate('file'), { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
});
