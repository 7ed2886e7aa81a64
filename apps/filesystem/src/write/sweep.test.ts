import { link, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openRoots } from '../roots/open-roots.ts';
import type { Root } from '../roots/root.ts';
import { createTrashId } from '../trash/trash-id.ts';
import { openJournal } from './journal.ts';
import type { JournalNote } from './journal-note.ts';
import { createTemporaryName, findOwner, findOwnerState } from './owner.ts';
import { sweep } from './sweep.ts';

const { signal } = new AbortController();
let top: string;
let root: Root;
let ownId: string;
/** Of this machine, and of a process that never was. */
let goneId: string;

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-sweep-')));
  await mkdir(join(top, 'root/folder'), { recursive: true });
  const [opened] = (await openRoots({ texts: [join(top, 'root')], writable: true })).list();
  if (opened === undefined) throw new Error('There is no root.');
  root = opened;
  ownId = (await findOwner()).id;
  goneId = ownId.replace(/-\d+$/, '-1');
});

afterEach(async () => rm(top, { recursive: true }));

async function leaveJournal(ownerId: string, notes: readonly (JournalNote | string)[]): Promise<string> {
  const path = join(root.path, '.trellis-trash', `journal-${ownerId}`);
  await mkdir(join(root.path, '.trellis-trash'), { recursive: true });
  await writeFile(path, notes.map((note) => (typeof note === 'string' ? note : `+${JSON.stringify(note)}\n`)).join(''));
  return path;
}

async function run(now = Date.now()): Promise<void> {
  await sweep(root, { now: () => now, signal, ownId });
}

async function list(folder = ''): Promise<readonly string[]> {
  return (await readdir(join(root.path, folder))).toSorted();
}

it('knows which processes still run', async () => {
  expect(await findOwnerState(ownId)).toBe('running');
  expect(await findOwnerState(goneId)).toBe('gone');
  expect(await findOwnerState(ownId.replace(/^\w+/, '0123456789ab'))).toBe('unknown');
});

it('finds the journal of a process that stopped in the middle of a change, and none of one that was done', async () => {
  for (const isDone of [false, true]) {
    const journal = await openJournal(root, ownId);
    const note = await journal.note({ kind: 'folder', names: ['folder'] });
    if (isDone) await note[Symbol.asyncDispose]();
    await journal[Symbol.asyncDispose]();
    expect((await list('.trellis-trash')).includes(`journal-${ownId}`)).toBe(!isDone);
  }
});

it('removes the temporary files of a process that is gone, and no other', async () => {
  const mine = createTemporaryName({ id: ownId });
  const theirs = createTemporaryName({ id: goneId });
  await leaveJournal(goneId, [{ kind: 'folder', names: ['folder'] }, { kind: 'folder', names: ['nowhere'] }, '+{"kind":"fol']);
  await mkdir(join(root.path, 'folder', theirs, 'deep'), { recursive: true });
  for (const name of [mine, '.trellis-x.tmp', 'a.tmp']) await writeFile(join(root.path, 'folder', name), '');
  await run();
  expect(await list('folder')).toEqual([mine, '.trellis-x.tmp', 'a.tmp'].toSorted());
  expect(await list('.trellis-trash')).toEqual([]);
});

it('leaves alone what belongs to a process that runs, or may run elsewhere', async () => {
  const elsewhere = ownId.replace(/^\w+/, '0123456789ab');
  const name = createTemporaryName({ id: elsewhere });
  const path = await leaveJournal(elsewhere, [{ kind: 'folder', names: ['folder'] }]);
  await leaveJournal(ownId, [{ kind: 'folder', names: ['folder'] }]);
  for (const file of [name, createTemporaryName({ id: ownId })]) await writeFile(join(root.path, 'folder', file), '');
  await run();
  expect(await list('folder')).toHaveLength(2);
  await utimes(path, 0, 0);
  await run();
  expect(await list('folder')).toHaveLength(1);
});

it('ends a move and a restore that were cut off, and nothing that was done or looks like it', async () => {
  const trashId = createTrashId({ deletedAt: Date.now(), bytes: 1 });
  const done: JournalNote = { kind: 'move', from: ['e'], to: ['f'] };
  await leaveJournal(goneId, [
    { kind: 'move', from: ['a'], to: ['folder', 'b'] },
    { kind: 'move', from: ['c'], to: ['d'] },
    done,
    `-${JSON.stringify(done)}\n`,
    { kind: 'restore', trashId, to: ['g'] },
    { kind: 'move', from: ['h'], to: ['nowhere', 'i'] },
    { kind: 'move', from: ['..', 'outside'], to: ['a'] },
  ]);
  for (const name of ['a', 'c', 'd', 'e', 'g', 'h', '../outside']) await writeFile(join(root.path, name), name);
  await link(join(root.path, 'a'), join(root.path, 'folder/b'));
  await link(join(root.path, 'e'), join(root.path, 'f'));
  await mkdir(join(root.path, '.trellis-trash', trashId));
  await link(join(root.path, 'g'), join(root.path, '.trellis-trash', trashId, 'item'));
  await run();
  expect(await list()).toEqual(['.trellis-trash', 'c', 'd', 'e', 'f', 'folder', 'g', 'h']);
  expect(await list('folder')).toEqual(['b']);
  expect(await list(`.trellis-trash/${trashId}`)).toEqual([]);
  expect((await lstat(join(top, 'outside'))).isFile()).toBe(true);
});

it('removes nothing outside, wherever folders of the journal lead by now', async () => {
  await mkdir(join(top, 'outside'));
  const name = createTemporaryName({ id: goneId });
  await writeFile(join(top, 'outside', name), '');
  await symlink(join(top, 'outside'), join(root.path, 'link'));
  await leaveJournal(goneId, [
    { kind: 'folder', names: ['link'] },
    { kind: 'folder', names: ['..', 'outside'] },
  ]);
  await run();
  expect(await readdir(join(top, 'outside'))).toEqual([name]);
});

it('leaves alone what is no journal, and goes on', async () => {
  const [folder, link] = [goneId.replace(/-\d+$/, '-2'), goneId.replace(/^\w+/, '0123456789ab')];
  await leaveJournal(goneId, []);
  await mkdir(join(root.path, '.trellis-trash', `journal-${folder}`));
  await symlink('nowhere', join(root.path, '.trellis-trash', `journal-${link}`));
  await run();
  expect(await list('.trellis-trash')).toEqual([`journal-${link}`, `journal-${folder}`].toSorted());
});

it('keeps the notes that are open when its trash is removed by hand', async () => {
  await using journal = await openJournal(root, ownId);
  const note = await journal.note({ kind: 'folder', names: ['still', 'open'] });
  await rm(join(root.path, '.trellis-trash'), { recursive: true });
  await journal.touch();
  expect(await readFile(join(root.path, '.trellis-trash', `journal-${ownId}`), 'utf8')).toContain('"still"');
  await note[Symbol.asyncDispose]();
  await rm(join(root.path, '.trellis-trash'), { recursive: true });
});

it('keeps a journal short, with every note that is open', async () => {
  await using journal = await openJournal(root, ownId);
  const note = await journal.note({ kind: 'folder', names: ['still', 'open'] });
  const names = Array.from({ length: 3000 }, (_, index) => ['x'.repeat(100), String(index)]);
  for (const each of names) await (await journal.note({ kind: 'folder', names: each }))[Symbol.asyncDispose]();
  const path = join(root.path, '.trellis-trash', `journal-${ownId}`);
  expect((await lstat(path)).size).toBeLessThan(300_000);
  expect(await readFile(path, 'utf8')).toContain('"still"');
  await note[Symbol.asyncDispose]();
});
