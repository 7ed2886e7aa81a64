import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findRipgrep } from '../src/search/find-ripgrep.ts';
import { readTree } from '../src/walk/read-tree.ts';
import { showTree } from '../src/walk/show-tree.ts';
import { openWalkBudget } from '../src/walk/walk-budget.ts';
import { compileSwapper, startSwapper } from './start-swapper.ts';
import { engines, find, openAt, search } from './search-engines.ts';

const run = promisify(execFile);
const [[, ripgrep], [, builtIn]] = engines;
const turns = process.env['SOAK'] === '1' ? 1_000 : 24;

let top: string;
let outside: string;
let program: string;
/** The root of a test, in a folder of its own that is outside. */
let root: string;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-ignore-attacks-')));
  outside = join(top, 'outside');
  await mkdir(outside);
  // Whoever reads it leaves out what the tests look for.
  await writeFile(join(outside, 'rules'), '*.md\n');
  await writeFile(join(outside, 'config'), '--iglob=!*.md\n');
  const found = await findRipgrep();
  program = 'program' in found ? found.program : '';
});
afterAll(async () => rm(top, { recursive: true, force: true }));
beforeEach(async () => {
  root = join(await mkdtemp(join(top, 'test-')), 'root');
  for (const path of ['a.md', 'deep/b.md', 'deep/er/c.md', 'deep/own.txt']) await write(path, 'needle\n');
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function writeFiles(...files: readonly (readonly [path: string, text: string])[]): Promise<void> {
  for (const [path, text] of files) await write(path, text);
}

async function mkfifo(path: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await run('mkfifo', [join(root, path)]);
}

async function link(path: string, target = join(outside, 'rules')): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(target, join(root, path));
}

/** Below the root. */
const all = ['a.md', 'deep/b.md', 'deep/er/c.md'];
const below = all.slice(1);

/** One row: what lies there, where a search starts, what it finds, and why. */
const attacks: readonly (readonly [title: string, lay: () => Promise<unknown>, start: string, found: readonly string[]])[] = [
  ['a FIFO', async () => mkfifo('.gitignore'), '.', all],
  ['a FIFO further down', async () => mkfifo('deep/.gitignore'), '.', all],
  ['a FIFO above the start', async () => mkfifo('.gitignore'), 'deep', below],
  ['a FIFO for .ignore', async () => mkfifo('.ignore'), '.', all],
  ['a FIFO for .rgignore', async () => mkfifo('deep/.rgignore'), '.', all],
  ['a FIFO above the root', async () => mkfifo('../.gitignore'), '.', all],
  ['a FIFO for the excludes of git', async () => mkfifo('.git/info/exclude'), '.', all],
  ['a FIFO for .git', async () => mkfifo('.git'), '.', all],
  ['a link to the outside', async () => link('.gitignore'), '.', all],
  ['a link to the outside, further down', async () => link('deep/er/.gitignore'), '.', all],
  ['a link to the outside, above the start', async () => link('.gitignore'), 'deep', below],
  ['a link to the outside for .ignore', async () => link('deep/.ignore'), '.', all],
  ['a link to the outside for .rgignore', async () => link('.rgignore'), '.', all],
  ['a link to the outside for the excludes of git', async () => link('.git/info/exclude'), '.', all],
  ['a link to the outside for the folder of git', async () => link('.git', outside), '.', all],
  ['a file that names another folder of git', async () => write('.git', `gitdir: ${outside}\n`), '.', all],
  ['a link within the root, as for git', async () => write('rules', '*.md\n').then(async () => link('.gitignore', 'rules')), '.', all],
  ['a link in a circle', async () => link('.gitignore', '.gitignore'), '.', all],
  ['a link to nowhere', async () => link('.gitignore', 'nowhere'), '.', all],
  ['a link to a terminal', async () => link('.gitignore', '/dev/tty'), '.', all],
  ['a link to an endless file', async () => link('.gitignore', '/dev/zero'), '.', all],
  ['a folder', async () => mkdir(join(root, '.gitignore')), '.', all],
  ['1 GiB of nothing', async () => write('.gitignore', '').then(async () => truncate(join(root, '.gitignore'), 2 ** 30)), '.', all],
  ['rules of other programs', async () => writeFiles(['.ignore', '*.md\n'], ['.rgignore', '*.md\n']), '.', all],
  ['rules of a checkout', async () => write('.git/info/exclude', '*.md\n'), '.', all],
  ['rules above the root', async () => write('../.gitignore', '*.md\n'), '.', all],
  ['a rule with a NUL', async () => write('.gitignore', 'x\0y\n*.md\0\n'), '.', all],
  ['rules like flags', async () => write('.gitignore', '--pre=sh\n-g\n--ignore-file=rules\n'), '.', all],
  ['rules that are none', async () => write('.gitignore', '[\n[z-a]\n{a\n\\\n!\n/\n//\n!/\n***\n'), 'deep', below],
  [
    'more rules than a program is told',
    async () => write('.gitignore', `${'q\n'.repeat(4_001)}/deep/b.md\n`),
    '.',
    ['a.md', 'deep/er/c.md'],
  ],
  ['a mark in front of the rules', async () => write('.gitignore', '\uFEFFdeep\n'), '.', ['a.md']],
  ['half of a rule at the end of what is read', async () => write('.gitignore', `#${'x'.repeat(65_533)}\n*.txt\n`), '.', all],
  ['rules that count', async () => write('.gitignore', '/deep\n'), '.', ['a.md']],
  ['rules that count, above the start', async () => write('.gitignore', '/deep/er/\n/other/*.md\n'), 'deep', ['deep/b.md']],
  ['what a folder brings back', async () => writeFiles(['.gitignore', 'er\n'], ['deep/.gitignore', '!er\n']), '.', all],
  [
    'rules in what a folder brings back',
    async () => writeFiles(['.gitignore', 'er\n'], ['deep/.gitignore', '!er\n'], ['deep/er/.gitignore', '*.md\n']),
    '.',
    ['a.md', 'deep/b.md'],
  ],
  ['what a folder leaves out', async () => writeFiles(['.gitignore', '!*.md\n'], ['deep/.gitignore', '/*\n']), '.', ['a.md']],
  ['rules that a program would read otherwise', async () => write('.gitignore', '{a,b}.md\n*.m[!x]\n![a]*.md\n'), '.', ['a.md']],
  [
    'a rule that keeps, read otherwise',
    async () => writeFiles(['.gitignore', '*.md\n'], ['deep/.gitignore', '!b.m[!x]\n']),
    '.',
    ['deep/b.md'],
  ],
];

async function listTree(path: string): Promise<readonly string[]> {
  await using start = await openAt(root, path);
  const budget = openWalkBudget({ maxEntries: 1_000, timeoutMs: 20_000, signal: new AbortController().signal });
  const tree = await readTree(start, { budget, gitignore: true, depth: 9, maxEntries: 1_000 });
  return showTree(tree, { depth: 9, maxBytes: 10_000 }).text.match(/\w+\.md$/gm) ?? [];
}

type Engine = (typeof engines)[number][1];

/** Without a glob: one that is told to ripgrep would bring back what other rules leave out. */
async function findAll(engine: Engine, path: string): Promise<readonly string[]> {
  return onlyMarkdown((await find(engine, '*', { root, path })).paths);
}

async function searchAll(engine: Engine, path: string, glob?: string): Promise<readonly string[]> {
  return onlyMarkdown((await search(engine, 'needle', { root, path, glob })).matches.map((match) => match.path));
}

function onlyMarkdown(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.endsWith('.md'));
}

it.each(attacks)('%s', async (_title, lay, path, found) => {
  await lay();
  expect(await searchAll(ripgrep, path)).toEqual(found);
  expect(await findAll(builtIn, path)).toEqual(found);
  expect([...(await listTree(path))].sort()).toEqual(found.map((name) => name.slice(name.lastIndexOf('/') + 1)));
});

it('looks near the start first when packages bring many files with rules', async () => {
  await write('deep/.gitignore', 'packages\n');
  const packages = Array.from({ length: 600 }, (_value, index) => [`deep/packages/${index}/.gitignore`, '!*.md\n'] as const);
  await writeFiles(...packages, ['deep/packages/7/d.md', 'needle\n']);
  for (const [, engine] of engines) expect([await findAll(engine, '.'), await searchAll(engine, '.')]).toEqual([all, all]);
});

it('refuses to read more files with rules than it may', async () => {
  for (let folder = 0; folder < 5_001; folder += 100) {
    await Promise.all(Array.from({ length: 100 }, async (_value, index) => write(`many/${folder + index}/.gitignore`, '')));
  }
  const refused = { code: 'LIMIT', message: expect.stringContaining('5000 .gitignore files') as unknown };
  await expect(findAll(ripgrep, '.')).rejects.toMatchObject(refused);
  await expect(searchAll(ripgrep, '.')).rejects.toMatchObject(refused);
  expect(await findAll(ripgrep, 'deep')).toEqual(below);
});

it('reads no configuration of a user or a program', async () => {
  const before = { ...process.env };
  await mkdir(join(outside, '.config/git'), { recursive: true });
  await writeFile(join(outside, '.config/git/ignore'), '*.md\n');
  await writeFile(join(outside, '.gitconfig'), `[core]\n  excludesFile = ${join(outside, 'rules')}\n`);
  Object.assign(process.env, { HOME: outside, XDG_CONFIG_HOME: join(outside, '.config'), RIPGREP_CONFIG_PATH: join(outside, 'config') });
  try {
    for (const [, engine] of engines) expect(await findAll(engine, '.')).toEqual(all);
    // Told nothing, it does.
    expect((await runNaive(['--files', '--hidden'], process.env)).stdout).not.toContain('a.md');
  } finally {
    process.env = before;
  }
});

/** As it was done before: ripgrep reads the .gitignore files itself. */
async function runNaive(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ readonly stdout: string }> {
  return run(program, [...args, './'], { cwd: root, env, timeout: 1_000, killSignal: 'SIGKILL' });
}

describe('a .gitignore that is exchanged while it is looked for', () => {
  const naive = ['--no-config', '--files', '--no-require-git', '--hidden'];
  let swapper: string;
  beforeAll(async () => {
    swapper = await compileSwapper(top);
  });

  it.each([
    ['a link to the outside', async () => link('.trap'), undefined],
    // What is searched and becomes a FIFO between two looks of ripgrep stops a search at its deadline, whatever its name is.
    ['a FIFO', async () => mkfifo('.trap'), '*.md'],
  ])('with %s says what the file says, or nothing', async (_title, lay, glob) => {
    await write('.gitignore', 'er\n');
    await lay();
    const pair = [join(root, '.gitignore'), join(root, '.trap')] as const;
    await using racing = await startSwapper(swapper, [pair]);
    const seen = new Set<string>();
    for (let turn = 0; turn < turns; turn += 1) {
      const engine = turn % 4 < 2 ? ripgrep : builtIn;
      seen.add((turn % 2 === 0 ? await findAll(engine, '.') : await searchAll(engine, '.', glob)).join());
    }
    expect(Array.from(seen).filter((paths) => ![all.join(), 'a.md,deep/b.md'].includes(paths))).toEqual([]);
    // The naive way is led outside, or waits until it is killed.
    let wrong = 0;
    for (let turn = 0; turn < 200 && wrong === 0; turn += 1) {
      const answer = await runNaive(naive).then(
        ({ stdout }) => stdout,
        () => 'killed',
      );
      if (!answer.includes('b.md')) wrong += 1;
    }
    expect(wrong).toBe(1);
    expect(await racing.stop()).toBeGreaterThan(100);
  });
});
