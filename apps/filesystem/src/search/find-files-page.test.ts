import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSearchGround, type SearchGround } from '../../test/open-search-ground.ts';
import { engines, find, openAt } from '../../test/search-engines.ts';
import { findFilesPage } from './find-files-page.ts';
import type { SearchEngine } from './search-engine.ts';

let ground: SearchGround;
beforeAll(async () => {
  ground = await openSearchGround();
});
afterAll(async () => ground[Symbol.asyncDispose]());

const names = [
  '.hidden/h.md',
  'a/b/c.md',
  'a/b.md',
  'odd/--pre=sh.md',
  'odd/[a].md',
  'odd/esc\u001b[31m.md',
  'odd/new\nline.md',
  'readme.md',
];
const ignored = ['.git/config.md', 'built/out.md', 'src/node_modules/x/index.md', 'src/own.md'];

describe.each(engines)('%s', (name, engine) => {
  it('finds files in the order of their paths, over no link, without what is hidden, left out or its own', async () => {
    expect(engine.name).toBe(name);
    const page = await find(engine, '**/*.md', ground);
    expect(page.paths).toEqual([...names, 'src/built/deep.md']);
    expect(page).toMatchObject({ truncated: false, last: undefined });
    const all = await find(engine, '*.md', { ...ground, gitignore: false });
    expect([...all.paths].sort()).toEqual([...names, 'src/built/deep.md', ...ignored].sort());
  });

  it.each([
    ['src', '*.md', ['src/built/deep.md']],
    ['src', '*.ts', ['src/app.ts']],
    ['src', '/*', ['src/.gitignore', 'src/app.ts', 'src/binary.dat', 'src/latin1.txt', 'src/mark.txt', 'src/utf16.txt']],
    ['built', '*', ['built/out.md']],
    ['a/loop/a', 'b.md', ['a/loop/a/b.md']],
    ['.', '*.log', ['kept.log']],
    ['.', 'secret/*', []],
    ['.', '../outside/*', []],
    ['.', '/etc/*', []],
    ['odd', '[[]a].md', ['odd/[a].md']],
    ['odd', '--pre=sh*', ['odd/--pre=sh.md']],
    ['odd', '*\n*', ['odd/new\nline.md']],
  ])('finds in %s by %j', async (path, glob, paths) => {
    expect((await find(engine, glob, { ...ground, path })).paths).toEqual(paths);
  });

  it('finds the same, page by page', async () => {
    const paths: string[] = [];
    for (let after: string | undefined, page; page?.last !== undefined || after === undefined; after = page.last) {
      page = await find(engine, '*', { ...ground, limit: 3, after });
      paths.push(...page.paths);
      if (page.last === undefined) break;
    }
    expect(paths).toEqual((await find(engine, '*', ground)).paths);
  });
});

describe.each(engines)('%s, while folders are exchanged', (name, engine) => {
  it('shows no name from outside when a folder that was searched is a link by now', async () => {
    await ground.write('swap/here/outside.md', 'inside\n');
    const path = (part: string) => join(ground.root, 'swap', part);
    await using start = await openAt(ground.root, 'swap');
    const swapped: SearchEngine = {
      ...engine,
      listFiles: async (job, glob, visitor) => {
        await engine.listFiles(job, glob, visitor);
        await rename(path('here'), path('away'));
        await symlink(ground.outside, path('here'));
      },
    };
    const { signal } = new AbortController();
    const request = { start, glob: '*', gitignore: true, limit: 9, after: undefined, signal };
    expect(await findFilesPage(swapped, request)).toMatchObject({ paths: [], truncated: false });
    // The name outside is the same, so that a look at the path would have been satisfied.
    expect((await findFilesPage(engine, request)).paths).toEqual(['swap/away/outside.md']);
    await rm(path('.'), { recursive: true });
  });

  it('searches the folder that was opened, whatever its path leads to by now', async () => {
    await mkdir(join(ground.root, 'pinned'));
    await writeFile(join(ground.root, 'pinned/own.md'), '');
    await using start = await openAt(ground.root, 'pinned');
    await rename(join(ground.root, 'pinned'), join(ground.root, 'moved'));
    await symlink(ground.outside, join(ground.root, 'pinned'));
    const seen: string[] = [];
    await engine.listFiles({ start, gitignore: true, signal: new AbortController().signal }, '*', {
      visit: (path) => seen.push(path),
      restart: () => seen.splice(0),
    });
    // ripgrep works in the folder itself; this process opens paths and judges them, so that nothing is left.
    expect(seen).toEqual(name === 'ripgrep' ? ['own.md'] : []);
    await Promise.all(['pinned', 'moved'].map(async (path) => rm(join(ground.root, path), { recursive: true })));
  });
});
