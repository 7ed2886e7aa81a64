import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { compileIgnoreRules, readIgnoreRules } from './ignore-rules.ts';

const run = promisify(execFile);

const lines = [
  '# a comment',
  '',
  '*.log',
  '!keep.log',
  '/dist',
  'build/',
  'docs/*.tmp',
  'a/**/z',
  '**/deep',
  'x/**',
  '\\#hash',
  '\\!bang',
  'blank\\ ',
  'blanks   ',
  '[a-c].txt',
  '[!a-c].bin',
  'n[[:digit:]_].txt',
  '[![:alpha:]].bak',
  '[[:nothing:]]',
  '{a,b}.js',
  'q?',
  '/anch/ored',
  '[z',
  'w[',
  '*.LOG',
  'logs/*',
  '!logs/kept',
  'all/**/*',
];

const paths = [
  ...['a.log', 'x.d/a.log', 'keep.log', 'd/keep.log', 'dist', 'd/dist', 'build', 'build/', 'd/build/', 'docs/a.tmp', 'd/docs/a.tmp'],
  ...[
    'docs/b/a.tmp',
    'a/z',
    'a/b/c/z',
    'b/a/z',
    'deep',
    'r/deep',
    'x/y',
    'x/y/z',
    'x',
    'x/',
    'x/y/',
    '#hash',
    '!bang',
    'blank ',
    'blank',
    'blanks',
  ],
  ...[
    'n1.txt',
    'n_.txt',
    'n:.txt',
    '1.bak',
    'a.bak',
    'a.txt',
    'd.txt',
    'a.bin',
    'd.bin',
    'a.js',
    '{a,b}.js',
    'q1',
    'q',
    'q/1',
    'anch/ored',
    'b/anch/ored',
    '[z',
    'w[',
    'a comment',
    'A.LOG',
  ],
];

it('decides as git does', async () => {
  const top = await mkdtemp(join(tmpdir(), 'trellis-ignore-'));
  // git looks whether a path is a folder; some names are asked as both.
  const [files, folders] = [join(top, 'files'), join(top, 'folders')];
  try {
    for (const folder of [files, folders]) {
      await run('git', ['init', '-q', folder]);
      await writeFile(join(folder, '.gitignore'), lines.join('\n'));
    }
    for (const path of paths.filter(isFolder)) await mkdir(join(folders, path), { recursive: true });
    const rules = await compileIgnoreRules(readIgnoreRules(lines.join('\n')));
    const ours = paths.map((path) => [path, rules(path.replace(/\/$/, ''), isFolder(path)) ?? 'unsaid']);
    const ask = async (path: string) => [path, await askGit(isFolder(path) ? folders : files, path.replace(/\/$/, ''))];
    expect(ours).toEqual(await Promise.all(paths.map(ask)));
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}, 30_000);

function isFolder(path: string): boolean {
  return path.endsWith('/');
}

/** Asks git of one path with nothing above it, as folders above are asked first in a walk. */
async function askGit(folder: string, path: string): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', folder, 'check-ignore', '--no-index', '-v', path]);
    const pattern = /^[^:]*:\d+:(.*)\t/.exec(stdout)?.[1] ?? '';
    return pattern.startsWith('!') ? 'kept' : 'ignored';
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return 'unsaid';
    throw error;
  }
}

it.each([
  ['a line of stars', `${'*a'.repeat(400)}b`],
  ['2,000 lines', Array.from({ length: 2_000 }, (_value, index) => `**/*${index}*`).join('\n')],
  ['64 KiB in one line', 'a'.repeat(65_536)],
  ['lines that are no patterns', '[\n[z-a]\n\\\n!\n/\n//\n'],
])('takes linear time for %s', async (_title, text) => {
  const rules = await compileIgnoreRules(readIgnoreRules(text));
  const started = performance.now();
  expect(rules(`${'a'.repeat(255)}c`, false)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(30_000);
});
