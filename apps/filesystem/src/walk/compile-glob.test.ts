import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileGlob } from './compile-glob.ts';

it.each([
  ['*.md', ['a.md', 'x/y/a.md', '.md'], ['a.mdx', 'md', 'a.md/b']],
  ['**/*.md', ['a.md', 'x/y/a.md'], ['a.mdx', 'a.md/b']],
  ['/*.md', ['a.md'], ['x/a.md']],
  ['./*.md', ['a.md'], ['x/a.md']],
  ['src/**', ['src/a', 'src/a/b'], ['src', 'a/src/b']],
  ['src/**/a.ts', ['src/a.ts', 'src/b/c/a.ts'], ['src/ba.ts', 'xsrc/a.ts']],
  ['src/*', ['src/a', 'src/.a'], ['src/a/b']],
  ['a**b', ['ab', 'axb', 'x/axb'], ['a/b']],
  ['a?c', ['abc', 'a😀c', 'a\nc'], ['ac', 'a/c', 'abbc']],
  ['*.{ts,js}', ['a.ts', 'b/a.js'], ['a.jsx', 'a.{ts,js}']],
  ['{src/**,docs}/x', ['src/a/b/x', 'docs/x'], ['src/x/y']],
  ['{a,{b,c{d,e}}}', ['a', 'b', 'cd', 'ce'], ['c', 'ab']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
  ['[!a-c]x', ['dx', '-x'], ['ax', '/x']],
  ['[^a]', ['b'], ['a', '/']],
  ['[]]', [']'], ['[', 'a']],
  ['[a\\]]', ['a', ']'], ['\\']],
  ['\\*', ['*'], ['a', '\\*']],
  ['a,b}', ['a,b}'], ['a', 'b}']],
  ['(a|b)+$', ['(a|b)+$'], ['a', 'aa']],
  ['!a', ['!a'], ['a', 'b']],
  ['-g', ['-g', 'x/-g'], ['g']],
  ['é/*', ['é/a'], ['e/a']],
  ['../**', [], ['a', 'x/a', '...']],
  ['/etc/*', ['etc/passwd'], ['passwd', 'x/etc/passwd']],
  ['**/', [], ['a', 'a/b']],
])('%s matches %j and not %j', async (glob, yes, no) => {
  const matches = await compileGlob(glob);
  expect(yes.filter((path) => !matches(path))).toEqual([]);
  expect(no.filter(matches)).toEqual([]);
});

it.each([
  ['[', 'a bracket is not closed'],
  ['[]', 'a bracket is not closed'],
  ['[a\\', 'a bracket is not closed'],
  ['{a', 'a brace is not closed'],
  ['{'.repeat(500), 'a brace is not closed'],
  ['a\\', 'a backslash escapes nothing'],
  ['[z-a]', 'a range or a class in it is wrong'],
])('refuses %s: %s', async (glob, reason) => {
  await expect(compileGlob(glob)).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(reason) });
});

it.each([
  ['40 levels of braces and stars', `${'{*,'.repeat(40)}a${'}*'.repeat(40)}`],
  ['40 choices in a row', '{a,b}'.repeat(40)],
  ['double stars', `${'**/'.repeat(80)}x`],
  ['stars', `${'*a'.repeat(240)}b`],
])('takes linear time for %s', async (_title, glob) => {
  const matches = await compileGlob(glob);
  const path = `${'a'.repeat(250)}/`.repeat(4);
  const started = performance.now();
  matches(`${path}c`);
  matches(`${path}b`);
  matches(`${path}x`);
  expect(performance.now() - started).toBeLessThan(30_000);
});

it('takes any well-formed path that is escaped as itself alone', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(text, text, async (path, other) => {
      const escaped = Array.from(path, (character) => (character === '/' ? character : `\\${character}`)).join('');
      const matches = await compileGlob(`/${escaped}`);
      expect(matches(path.replace(/^(?:\.?\/+)+/, '')) || path.startsWith('/') || path.startsWith('./')).toBe(true);
      expect(matches(other) && other !== path && !path.startsWith('/')).toBe(false);
    }),
  );
});
