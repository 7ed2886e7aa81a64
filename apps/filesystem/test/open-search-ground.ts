import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** A root full of what a search meets, and a folder outside that nobody may see. */
export interface SearchGround extends AsyncDisposable {
  readonly root: string;
  readonly outside: string;
  /** Writes a file below the root, with its folders. */
  write(path: string, content: string | Buffer): Promise<void>;
}

/** All in it that is called outside is called so in its text, too. */
const files: readonly (readonly [string, string | Buffer])[] = [
  ['readme.md', '# needle at the top\r\nsecond line\r\nthird needle, needle\r\n'],
  ['a.txt', 'before a/ in order: needle\n'],
  ['a/b.md', 'needle\n'],
  ['a/b/c.md', 'one\ntwo\nneedle here\nfour\nfive\n'],
  ['src/app.ts', "const é = '😀 needle';\n"],
  ['src/app.test.ts', 'NEEDLE\n'],
  ['src/utf16.txt', Buffer.from('\uFEFFwide\nneedle 😀 wide\n', 'utf16le')],
  ['src/mark.txt', '\uFEFFneedle behind a mark\nsecond needle\n'],
  ['src/latin1.txt', Buffer.from('caf\xe9 needle\n', 'latin1')],
  ['src/binary.dat', 'needle\0needle\n'],
  ['.gitignore', '*.log\n/built/\nnode_modules\n!kept.log\n'],
  ['a.log', 'needle\n'],
  ['kept.log', 'needle\n'],
  ['built/out.md', 'needle\n'],
  ['src/node_modules/x/index.md', 'needle\n'],
  ['src/built/deep.md', 'needle\n'],
  ['src/.gitignore', 'own.md\n'],
  ['src/own.md', 'needle\n'],
  ['.hidden/h.md', 'needle\n'],
  ['.git/config.md', 'needle\n'],
  ['secret/s.md', 'needle\n'],
  ['.trellis-trash/t.md', 'needle\n'],
  ['a/.Trellis-Trash/t.md', 'needle\n'],
  ['a/.trellis-abc.tmp', 'needle\n'],
  ['odd/new\nline.md', 'needle\n'],
  ['odd/esc\u001b[31m.md', 'needle\n'],
  ['odd/--pre=sh.md', 'needle\n'],
  ['odd/[a].md', 'needle\n'],
];

export async function openSearchGround(): Promise<SearchGround> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-search-')));
  const [root, outside] = [join(top, 'root'), join(top, 'outside')];
  const write = async (path: string, content: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  await mkdir(outside);
  await writeFile(join(outside, 'outside.md'), 'needle outside\n');
  for (const [path, content] of files) await write(path, content);
  await writeFile(Buffer.concat([Buffer.from(`${root}/odd/bad`), Buffer.from([0xff]), Buffer.from('.md')]), 'needle\n');
  await symlink(root, join(root, 'a/loop'));
  await symlink(outside, join(root, 'a/out'));
  await symlink(join(outside, 'outside.md'), join(root, 'a/out.md'));
  await promisify(execFile)('mkfifo', [join(root, 'a/fifo.md')]);
  return { root, outside, write, [Symbol.asyncDispose]: async () => rm(top, { recursive: true, force: true }) };
}
