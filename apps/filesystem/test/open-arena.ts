import { type FileHandle, mkdir, mkdtemp, open, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCanary, type Canary } from './canary.ts';
import { expectClosed } from './expect-closed.ts';
import { findFastFolder } from './find-fast-folder.ts';
import type { SwapPair } from './start-swapper.ts';
import { findContent, takeSnapshot } from './tree-snapshot.ts';

/** A root, and beside it folders that nobody may see or touch. */
export interface Arena extends AsyncDisposable {
  /** Holds both. */
  readonly top: string;
  readonly root: string;
  readonly outside: string;
  readonly canary: Canary;
  /** Makes a place for one race. */
  addYard(name: string): Promise<Yard>;
  /** Calls everything outside untouched from here on. */
  seal(): Promise<void>;
  /** What came in from the outside or changed there; nothing is what everybody hopes for. */
  findDamage(): Promise<string[]>;
}

/** The place of one race: a folder, a file, and a folder in the middle of a path are exchanged with links to the same names outside. */
export interface Yard {
  readonly name: string;
  /** Puts a file or a folder with a file into the real folder `there`, whatever the name of that is at the moment. */
  put(name: string): Promise<void>;
  readonly pairs: readonly SwapPair[];
  /** Paths of a file, from the root on, that lead outside every other moment. */
  readonly files: readonly [string, ...string[]];
  /** The same for folders. */
  readonly folders: readonly [string, ...string[]];
}

const insideContent = 'inside even\n'.repeat(200);

/** Makes an arena in a temporary folder. */
export async function openArena(): Promise<Arena> {
  const top = await realpath(await mkdtemp(join(await findFastFolder(), 'trellis-arena-')));
  const root = join(top, 'root');
  const outside = join(top, 'outside');
  const canary = createCanary();
  await Promise.all([mkdir(root), mkdir(outside)]);
  const folders: FileHandle[] = [];
  let untouched = new Map<string, string>();
  return {
    top,
    root,
    outside,
    canary,
    async addYard(name) {
      const yard = await makeYard({ root, outside, name, canary });
      const there = await open(join(root, name, 'there'));
      folders.push(there);
      return { ...yard, put: (entry) => put(`/proc/self/fd/${String(there.fd)}/${entry}`) };
    },
    async seal() {
      untouched = await takeSnapshot(outside);
    },
    async findDamage() {
      const now = await takeSnapshot(outside);
      const touched = [...new Set([...untouched.keys(), ...now.keys()])].filter((path) => untouched.get(path) !== now.get(path));
      return [...touched.map((path) => `changed outside: ${path}`), ...(await findContent(root, canary))];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(folders.map((folder) => folder.close()));
      await expectClosed(top);
      await rm(top, { recursive: true, force: true });
    },
  };
}

type Ground = Pick<Arena, 'root' | 'outside' | 'canary'> & { readonly name: string };

async function makeYard({ root, outside, name, canary }: Ground): Promise<Omit<Yard, 'put'>> {
  const inside = join(root, name);
  const beyond = join(outside, name);
  await fillFolder(join(inside, 'there'), insideContent);
  await fillFolder(join(inside, 'deep/a/b'), insideContent);
  await writeFile(join(inside, 'file.txt'), insideContent);
  await fillFolder(beyond, canary.content);
  await Promise.all([canary.word, 'victim.txt', 'mine.txt'].map((entry) => writeFile(join(beyond, entry), canary.content)));
  await mkdir(join(beyond, 'victims/c'), { recursive: true });
  await symlink(beyond, join(inside, 'there-link'));
  await symlink(`../../../../outside/${name}`, join(inside, 'deep/a/b-link'));
  await symlink(join(beyond, 'file.txt'), join(inside, 'file-link.txt'));
  return {
    name,
    pairs: [
      [join(inside, 'there'), join(inside, 'there-link')],
      [join(inside, 'deep/a/b'), join(inside, 'deep/a/b-link')],
      [join(inside, 'file.txt'), join(inside, 'file-link.txt')],
    ],
    files: [`${name}/there/file.txt`, `${name}/deep/a/b/c/file.txt`, `${name}/file.txt`],
    folders: [`${name}/there`, `${name}/deep/a/b/c`],
  };
}

async function fillFolder(folder: string, content: string): Promise<void> {
  await mkdir(join(folder, 'c'), { recursive: true });
  await Promise.all(['file.txt', 'c/file.txt'].map((name) => writeFile(join(folder, name), content)));
}

async function put(path: string): Promise<void> {
  if (path.endsWith('.txt')) return writeFile(path, 'inside');
  await mkdir(join(path, 'c'), { recursive: true });
  return writeFile(join(path, 'c/file.txt'), 'inside');
}
