import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, realpath, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { FileReader } from './file-reader.ts';
import type { SmallFile } from './protocol.ts';
import { maxSmallBytes } from './read-small-file.ts';

let folder: string;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'trellis-reader-')));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  expect(failures).toEqual([]);
});

/** A reader whose thread is there. */
async function openReader(url?: URL): Promise<FileReader> {
  const reader = new FileReader({ onFailure: (error) => failures.push(error), ...(url !== undefined && { url }) });
  await readSurely(reader, import.meta.filename);
  return reader;
}

/** A slow machine may want a file read the other way; this asks again. */
async function readSurely(reader: FileReader, path: string): Promise<SmallFile | undefined> {
  let file: SmallFile | undefined;
  await until(async () => (file = await reader.read(path)) !== undefined);
  return file;
}

/** What a thread runs instead, as text. */
function program(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

it('reads small files, each as it is, however many at once', async () => {
  using reader = await openReader();
  const paths = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const path = join(folder, `file ${index}\n`);
      await writeFile(path, `${index}`.repeat(index + 1));
      return path;
    }),
  );
  // No more are waited for at once; a slow machine may want them read the other way.
  let files: readonly (SmallFile | undefined)[] = [];
  await until(async () => {
    files = await Promise.all(paths.map((path) => reader.read(path)));
    return files.slice(0, 64).every(Boolean);
  });
  const texts = files.map((file) => file && Buffer.from(file.bytes).toString());
  expect(texts).toEqual(paths.map((_, index) => (index < 64 ? `${index}`.repeat(index + 1) : undefined)));
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(paths[7] ?? '', { bigint: true });
  expect(files[7]).toMatchObject({ dev, ino, size, mtimeNs, ctimeNs });
});

it('leaves all else to others: what is no file, large, empty, gone, or behind a link', async () => {
  const at = (name: string): string => `${folder}/${name}`;
  await mkdir(at('real'));
  await writeFile(at('real/file'), 'text');
  await symlink('real', at('by-folder'));
  await symlink('real/file', at('by-link'));
  await symlink('loop', at('loop'));
  await promisify(execFile)('mkfifo', [at('fifo')]);
  await writeFile(at('large'), Buffer.alloc(maxSmallBytes + 1));
  await writeFile(at('whole'), Buffer.alloc(maxSmallBytes));
  await writeFile(at('empty'), '');
  using reader = await openReader();
  const others = [
    'none',
    'real',
    'by-link',
    'by-folder/file',
    'loop',
    'fifo',
    'large',
    'empty',
    'real/file/below',
    'real/../real/file',
    'real//file',
    'real/file\0x',
  ];
  const paths = [...others.map(at), '/dev/zero', '/dev/stdin', '/proc/self/status', at('x'.repeat(300)), at(`a/${'y/'.repeat(3000)}`), ''];
  expect((await Promise.all(paths.map((path) => reader.read(path)))).filter(Boolean)).toEqual([]);
  const [whole, file] = await Promise.all([readSurely(reader, at('whole')), readSurely(reader, at('real/file'))]);
  expect([whole?.bytes.length, file?.bytes.length]).toEqual([maxSmallBytes, 4]);
});

it('leaves nothing open, and follows a file to no other name', async () => {
  using reader = await openReader();
  const path = join(folder, 'moved');
  await writeFile(path, 'text');
  for (let round = 0; round < 50; round += 1) await reader.read(path);
  await link(path, join(folder, 'twin'));
  expect(await readSurely(reader, join(folder, 'twin'))).toMatchObject({ size: 4n });
  await rename(path, join(folder, 'elsewhere'));
  expect(await reader.read(path)).toBeUndefined();
  const open = await Promise.all((await readdir('/proc/self/fd')).map(async (fd) => realpath(`/proc/self/fd/${fd}`).catch(() => '')));
  expect(open.filter((name) => name.startsWith(folder))).toEqual([]);
});

/** Answers until it is asked for `stop`, then waits as long as that file says, as one does whom a disk keeps waiting. */
const waitingThread = program(`
  import { parentPort } from 'node:worker_threads';
  const turn = new Int32Array(new SharedArrayBuffer(4));
  parentPort.on('message', (text) => {
    const paths = text.split('\\0');
    for (const path of paths) if (path.startsWith('wait ')) Atomics.wait(turn, 0, 0, Number(path.slice(5)));
    parentPort.postMessage(paths.map((path) => ({ bytes: Buffer.from(path) })));
  });
  parentPort.postMessage('ready');
`);

it('waits for no thread that a disk keeps waiting, and takes it again when it answers', async () => {
  using reader = await openReader(waitingThread);
  const began = performance.now();
  const [stuck, beside] = await Promise.all([reader.read('wait 1500'), reader.read('beside')]);
  expect([stuck, beside]).toEqual([undefined, undefined]);
  expect(await reader.read('later')).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1_400);
  await readSurely(reader, 'again');
  // What was answered late went to nobody else.
  expect(await readSurely(reader, 'mine')).toMatchObject({ bytes: Buffer.from('mine') });
});

it('ends at once though its thread waits', async () => {
  const reader = await openReader(waitingThread);
  const waiting = reader.read('wait 3000');
  await new Promise(setImmediate);
  const began = performance.now();
  reader[Symbol.dispose]();
  expect(await waiting).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2_500);
  expect(await reader.read(import.meta.filename)).toBeUndefined();
});

it('begins before the first file when it is told to', async () => {
  using reader = new FileReader({ onFailure: (error) => failures.push(error), url: waitingThread });
  reader.begin();
  reader.begin();
  expect(await readSurely(reader, 'file')).toMatchObject({ bytes: Buffer.from('file') });
});

it('is done without when no thread may begin', async () => {
  const seen: unknown[] = [];
  using reader = new FileReader({ onFailure: (error) => seen.push(error), url: new URL('ftp://localhost/reader') });
  expect([await reader.read(import.meta.filename), await reader.read(import.meta.filename)]).toEqual([undefined, undefined]);
  expect(seen).toEqual([expect.objectContaining({ code: 'ERR_INVALID_URL_SCHEME' })]);
});

it('is done without when its thread fails', async () => {
  const seen: unknown[] = [];
  const url = program(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => { throw new Error('broken'); });
    parentPort.postMessage('ready');
  `);
  using reader = new FileReader({ onFailure: (error) => seen.push(error), url });
  await until(async () => {
    await reader.read('file');
    return seen.length > 0;
  });
  expect(seen).toEqual([expect.objectContaining({ message: 'broken' })]);
  expect(await reader.read('file')).toBeUndefined();
});
