import { execFile } from 'node:child_process';
import { link, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '@trellis-mcp/errors';
import { openWorkshop, type Workshop } from './open-workshop.ts';

type Row = readonly [why: string, tool: string, args: Readonly<Record<string, unknown>>, code: ErrorCode, message?: RegExp];

const content = 'attacked';
const edit = (oldText: string, newText: string, expected?: number): unknown => [
  { oldText, newText, ...(expected !== undefined && { expected }) },
];
const name255 = 'é'.repeat(128);

const writes: readonly Row[] = [
  ['a link to a file outside', 'write_file', { path: 'out.txt', content }, 'NOT_FOUND'],
  ['a link to nothing outside', 'write_file', { path: 'out-new.txt', content }, 'NOT_FOUND'],
  ['a link to nothing inside', 'write_file', { path: 'dangling', content }, 'NOT_FOUND'],
  ['a link to itself', 'write_file', { path: 'loop', content }, 'NOT_FOUND'],
  ['below a link to a folder outside', 'write_file', { path: 'out/new.txt', content }, 'NOT_FOUND'],
  ['new folders below a link to outside', 'write_file', { path: 'out/a/b/new.txt', content, createParents: true }, 'NOT_FOUND'],
  ['new folders below a file', 'write_file', { path: 'a.txt/b/new.txt', content, createParents: true }, 'INVALID_INPUT', /is a file/],
  ['ifAbsent on a link that leads nowhere', 'write_file', { path: 'dangling', content, ifAbsent: true }, 'NOT_FOUND'],
  ['a folder', 'write_file', { path: 'folder', content }, 'INVALID_INPUT', /is a folder/],
  ['a FIFO, which would wait for a reader', 'write_file', { path: 'fifo', content }, 'INVALID_INPUT', /is a FIFO/],
  ['a device', 'write_file', { path: 'zero', content }, 'NOT_FOUND'],
  ['the root', 'write_file', { path: '.', content }, 'DENIED'],
  ['a file with a second name outside', 'write_file', { path: 'hard.txt', content }, 'DENIED', /2 names/],
  ['what the operator hides', 'write_file', { path: 'hidden.key', content }, 'DENIED'],
  ['a new file that would be hidden', 'write_file', { path: 'folder/new.key', content }, 'DENIED'],
  ['the trash', 'write_file', { path: '.trellis-trash/x', content }, 'DENIED'],
  ['a temporary name', 'write_file', { path: 'folder/.trellis-x.tmp', content }, 'DENIED'],
  ['a name of 256 bytes', 'write_file', { path: name255, content }, 'INVALID_INPUT', /name that is too long/],
  ['a trailing slash on a file', 'write_file', { path: 'new.txt/../../outside/x', content }, 'DENIED'],
  ['more than may be written', 'write_file', { path: 'new.txt', content: 'x'.repeat(70_000) }, 'LIMIT', /--|65536/],
  ['more than may be written, as base64', 'write_file', { path: 'new.txt', content: 'AAAA'.repeat(30_000), encoding: 'base64' }, 'LIMIT'],
  ['what is no base64', 'write_file', { path: 'new.txt', content: 'no base64!', encoding: 'base64' }, 'INVALID_INPUT'],
  ['base64 with a line end', 'write_file', { path: 'new.txt', content: 'AAAA\nAAAA', encoding: 'base64' }, 'INVALID_INPUT'],
  ['half of a surrogate pair', 'write_file', { path: 'new.txt', content: 'a\ud800b' }, 'INVALID_INPUT'],
  ['a character that Latin-1 lacks', 'write_file', { path: 'new.txt', content: '€', encoding: 'latin1' }, 'INVALID_INPUT', /€/],
  ['an encoding that is none', 'write_file', { path: 'new.txt', content, encoding: 'utf-7' }, 'INVALID_INPUT'],
  ['an etag of nothing', 'write_file', { path: 'new.txt', content, ifMatch: 'x' }, 'NOT_FOUND'],
  [
    'an etag of another file',
    'write_file',
    { path: 'a.txt', content, ifMatch: 'AAAAAAAAAAAAAAAA' },
    'CONFLICT',
    /its etag is [\w-]{16} now/,
  ],
  ['an etag as a pattern', 'write_file', { path: 'a.txt', content, ifMatch: '*' }, 'CONFLICT'],
  ['both conditions', 'write_file', { path: 'a.txt', content, ifMatch: 'x', ifAbsent: true }, 'INVALID_INPUT'],
];

const edits: readonly Row[] = [
  ['nothing to edit', 'edit_file', { path: 'a.txt', edits: [] }, 'INVALID_INPUT'],
  ['an empty text', 'edit_file', { path: 'a.txt', edits: edit('', 'x') }, 'INVALID_INPUT', /is empty/],
  [
    '101 edits',
    'edit_file',
    { path: 'a.txt', edits: Array.from({ length: 101 }, () => ({ oldText: 'a', newText: 'b' })) },
    'INVALID_INPUT',
  ],
  ['a pattern for a text', 'edit_file', { path: 'a.txt', edits: edit('.*', 'x') }, 'INVALID_INPUT', /does not occur/],
  ['places that overlap', 'edit_file', { path: 'periodic.txt', edits: edit('abab', 'x') }, 'INVALID_INPUT', /overlap/],
  ['too many expected', 'edit_file', { path: 'a.txt', edits: edit('a', 'b', 1e9) }, 'INVALID_INPUT'],
  ['a text that grows beyond all limits', 'edit_file', { path: 'periodic.txt', edits: edit('ab', 'x'.repeat(60_000), 3) }, 'LIMIT'],
  [
    'growth in many steps',
    'edit_file',
    { path: 'a.txt', edits: Array.from({ length: 40 }, () => ({ oldText: 'a', newText: 'aa' })) },
    'INVALID_INPUT',
  ],
  ['a binary file', 'edit_file', { path: 'binary', edits: edit('a', 'b') }, 'INVALID_INPUT', /NUL/],
  ['a character that the file cannot hold', 'edit_file', { path: 'latin1.txt', edits: edit('caf', '€') }, 'INVALID_INPUT', /latin1/],
  ['a file larger than may be written', 'edit_file', { path: 'large.txt', edits: edit('x', 'y') }, 'LIMIT', /--|65536/],
  ['a link to a file outside', 'edit_file', { path: 'out.txt', edits: edit('canary', 'x') }, 'NOT_FOUND'],
  ['a file outside by way of an inner link', 'edit_file', { path: 'out/canary.txt', edits: edit('canary', 'x') }, 'NOT_FOUND'],
  ['a FIFO', 'edit_file', { path: 'fifo', edits: edit('a', 'b') }, 'INVALID_INPUT', /FIFO/],
  ['a folder', 'edit_file', { path: 'folder', edits: edit('a', 'b') }, 'INVALID_INPUT'],
  ['a file with a second name outside', 'edit_file', { path: 'hard.txt', edits: edit('canary', 'x') }, 'DENIED'],
  ['what is hidden', 'edit_file', { path: 'hidden.key', edits: edit('a', 'b') }, 'DENIED'],
  ['what is not there', 'edit_file', { path: 'nothing', edits: edit('a', 'b') }, 'NOT_FOUND'],
  ['a dry run is held to the same', 'edit_file', { path: 'hard.txt', edits: edit('canary', 'x'), dryRun: true }, 'DENIED'],
];

const placings: readonly Row[] = [
  ['to a place below a link to outside', 'move', { from: 'a.txt', to: 'out/a.txt' }, 'NOT_FOUND'],
  ['from outside', 'move', { from: 'out/canary.txt', to: 'stolen.txt' }, 'NOT_FOUND'],
  ['the root', 'move', { from: '.', to: 'folder/x' }, 'DENIED'],
  ['onto the root', 'move', { from: 'a.txt', to: '.', overwrite: true }, 'DENIED'],
  ['a folder into itself', 'move', { from: 'folder', to: 'folder/sub/x' }, 'INVALID_INPUT'],
  ['a folder into itself by way of a link', 'move', { from: 'folder', to: 'alias/x' }, 'INVALID_INPUT'],
  ['onto itself', 'move', { from: 'a.txt', to: './a.txt', overwrite: true }, 'INVALID_INPUT'],
  ['to a hidden name', 'move', { from: 'a.txt', to: 'b.key' }, 'DENIED'],
  ['from a hidden name', 'move', { from: 'hidden.key', to: 'b.txt' }, 'DENIED'],
  ['a folder with something hidden', 'move', { from: 'mixed', to: 'other' }, 'DENIED'],
  ['a FIFO', 'move', { from: 'fifo', to: 'fifo2' }, 'INVALID_INPUT'],
  ['into the trash', 'move', { from: 'a.txt', to: '.trellis-trash/a' }, 'DENIED'],
  ['over a link that leads outside, untold', 'move', { from: 'a.txt', to: 'out.txt' }, 'CONFLICT'],
  ['nothing', 'move', { from: 'nothing', to: 'b.txt' }, 'NOT_FOUND'],
  ['to a folder that is not there', 'move', { from: 'a.txt', to: 'nowhere/b.txt' }, 'NOT_FOUND'],
  ['copy from outside', 'copy', { from: 'out.txt', to: 'stolen.txt' }, 'NOT_FOUND'],
  ['copy a folder from outside', 'copy', { from: 'out', to: 'stolen' }, 'NOT_FOUND'],
  ['copy to outside', 'copy', { from: 'a.txt', to: 'out/a.txt' }, 'NOT_FOUND'],
  ['copy over a link to outside', 'copy', { from: 'a.txt', to: 'out.txt', overwrite: true }, 'NOT_FOUND'],
  ['copy over a second name', 'copy', { from: 'a.txt', to: 'hard.txt', overwrite: true }, 'DENIED'],
  ['copy the root into itself', 'copy', { from: '.', to: 'folder/all' }, 'INVALID_INPUT'],
  ['copy a FIFO', 'copy', { from: 'fifo', to: 'fifo2' }, 'INVALID_INPUT'],
  ['copy what is too large', 'copy', { from: 'large.txt', to: 'large2.txt' }, 'LIMIT'],
  ['copy what is hidden', 'copy', { from: 'hidden.key', to: 'b.txt' }, 'NOT_FOUND'],
  ['a folder below a link to outside', 'make_directory', { path: 'out/made' }, 'NOT_FOUND'],
  ['a folder in place of a link to nothing', 'make_directory', { path: 'dangling' }, 'NOT_FOUND'],
  ['a folder in place of a file', 'make_directory', { path: 'a.txt' }, 'INVALID_INPUT'],
  ['a folder below a file', 'make_directory', { path: 'a.txt/b' }, 'INVALID_INPUT', /is a file/],
  ['a hidden folder', 'make_directory', { path: 'x.key' }, 'DENIED'],
  ['a folder with the name of the trash, in capitals', 'make_directory', { path: '.Trellis-TRASH' }, 'DENIED'],
  ['the root', 'delete', { path: '.', recursive: true }, 'DENIED'],
  ['outside', 'delete', { path: 'out/canary.txt' }, 'NOT_FOUND'],
  ['a folder outside', 'delete', { path: 'out/sub', recursive: true }, 'NOT_FOUND'],
  ['what is hidden', 'delete', { path: 'hidden.key' }, 'DENIED'],
  ['a folder with something hidden', 'delete', { path: 'mixed', recursive: true }, 'DENIED'],
  ['a folder that is not empty', 'delete', { path: 'folder' }, 'INVALID_INPUT'],
  ['the trash', 'delete', { path: '.trellis-trash', recursive: true }, 'DENIED'],
  ['nothing', 'delete', { path: 'nothing' }, 'NOT_FOUND'],
  ['an id that climbs', 'restore', { trashId: '../../outside' }, 'NOT_FOUND'],
  ['an id of nothing', 'restore', { trashId: `mw000000-1-${'A'.repeat(22)}` }, 'NOT_FOUND'],
];

let shop: Workshop;
let before: unknown;

beforeAll(async () => {
  const files = {
    'a.txt': 'a',
    'periodic.txt': 'ababab',
    binary: Uint8Array.from([1, 0, 2]),
    'latin1.txt': Buffer.from('café', 'latin1'),
    'large.txt': 'x'.repeat(70_000),
    'hidden.key': 'a',
    'mixed/secret.key': 's',
    'mixed/b.txt': 'b',
    'folder/sub/c.txt': 'c',
  };
  shop = await openWorkshop({ files, args: ['--no-confirm', '--exclude', '*.key', '--max-write-bytes', '64KiB'] });
  await mkdir(join(shop.outside, 'sub'));
  await writeFile(join(shop.outside, 'canary.txt'), 'canary');
  await link(join(shop.outside, 'canary.txt'), join(shop.root, 'hard.txt'));
  const links = {
    'out.txt': '../outside/canary.txt',
    'out-new.txt': '../outside/new.txt',
    out: '../outside',
    dangling: 'none',
    loop: 'loop',
  };
  for (const [name, to] of Object.entries({ ...links, alias: 'folder', zero: '/dev/zero' })) await symlink(to, join(shop.root, name));
  await promisify(execFile)('mkfifo', [join(shop.root, 'fifo')]);
  before = await look();
});

afterAll(async () => shop[Symbol.asyncDispose]());

/** All that is there, inside and outside: names, kinds and contents. */
async function look(): Promise<unknown> {
  const inside = await readdir(shop.root, { recursive: true });
  const outside = await readdir(shop.outside, { recursive: true });
  const paths = [...inside.map((name) => join(shop.root, name)), ...outside.map((name) => join(shop.outside, name))];
  const own = paths.filter((path) => !/\.trellis-trash(\/(journal-.*|\.gitignore))?$/.test(path));
  return Promise.all(own.toSorted().map(async (path) => [path, await lookAtOne(path)]));
}

async function lookAtOne(path: string): Promise<unknown> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return readlink(path);
  return stats.isFile() ? [stats.ino, stats.mode, await readFile(path, 'hex')] : stats.mode;
}

describe.each([
  ['write_file', writes],
  ['edit_file', edits],
  ['move, copy, delete and the others', placings],
])('what %s refuses', (_title, rows) => {
  it.each(rows)('%s (%s)', async (_why, tool, args, code, message = /./) => {
    await expect(shop.call(tool, args)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await look()).toEqual(before);
  });
});

it('says the same of a link to something outside and to nothing', async () => {
  const refusals = ['out.txt', 'out-new.txt'].map(async (path) => {
    const error: unknown = await shop.call('write_file', { path, content }).catch((caught: unknown) => caught);
    return String(error).replace(path, 'PATH');
  });
  const [there, notThere] = await Promise.all(refusals);
  expect(there).toBe(notThere);
});

it('moves and deletes a link that leads outside as a link', async () => {
  await shop.call('move', { from: 'out', to: 'out2' });
  const { trashId } = (await shop.call('delete', { path: 'out2' })) as { trashId: string };
  await shop.call('restore', { trashId });
  await shop.call('move', { from: 'out2', to: 'out' });
  expect(await look()).toEqual(before);
});
