import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { engines, find, search } from './search-engines.ts';

const [[, ripgrep], [, builtIn]] = engines;

let root: string;
const folders = ['.', 'a', 'a/b', 'a/b/a', 'b', 'b/[x]', '.a'];
const names = ['a', 'ab.md', 'b.md', 'Ab.md', '.a.md', 'a b.md', '{a,b}', '[a]'];

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'trellis-ignore-engines-')));
  // A file in a folder of its own name would be in its way.
  for (const folder of folders)
    for (const name of names) await write(`${folder}/${name === 'a' || name === 'b' ? `${name}.txt` : name}`, 'needle\n');
});
afterAll(async () => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Parts of lines, of which most mean something in the tree. */
const part = fc.constantFrom(
  'a',
  'b',
  '*',
  '**',
  '?',
  '.md',
  'ab',
  '[a]',
  '[!a]',
  '[ab]',
  '{a,b}',
  '\\[',
  '.',
  ' ',
  '***',
  'A',
  '[x]',
  '#',
);
const odd = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const usual = fc.constantFrom('a', 'b', '.a', '*', '*.md', 'b.md', '?b.md', 'b.m[!x]', '\\[x]');
const segment = fc.oneof({ arbitrary: usual, weight: 3 }, { arbitrary: odd, weight: 2 });
const line = fc
  .record({
    keeps: fc.boolean(),
    start: fc.constantFrom('', '', '/', '**/'),
    segments: fc.array(segment, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom('', '', '/', '/**'),
  })
  .map(({ keeps, start, segments, end }) => `${keeps ? '!' : ''}${start}${segments.join('/')}${end}`);
const first = fc.constantFrom('', '*.md', '*\n!*/', '/a/*', '/a/b/*', '/b');
const file = fc.tuple(first, fc.array(line, { maxLength: 4 })).map(([top, lines]) => [top, ...lines].join('\n'));

/** What was wrong once: rules about what is in a folder were taken to be about the folder. */
const examples: [string, string, string, string][] = [
  ['', '/b\n!b/**', '', '.'],
  ['/a/b/*', '!b/**', '', '.'],
];

it('leaves out the same with ripgrep and without it, whatever the rules are', async () => {
  const runs = process.env['SOAK'] === '1' ? 400 : 25;
  const start = fc.constantFrom('.', 'a', 'a/b');
  await fc.assert(
    fc.asyncProperty(file, file, file, start, async (top, inA, inB, path) => {
      await write('.gitignore', top);
      await write('a/.gitignore', inA);
      await write('a/b/.gitignore', inB);
      const expected = (await find(builtIn, '*', { root, path, limit: 200 })).paths;
      expect((await find(ripgrep, '*', { root, path, limit: 200 })).paths).toEqual(expected);
      const found = await search(ripgrep, 'needle', { root, path, limit: 200 });
      expect(found.matches.map((match) => match.path)).toEqual(expected.filter((name) => !name.endsWith('.gitignore')));
    }),
    { numRuns: runs, examples },
  );
});
