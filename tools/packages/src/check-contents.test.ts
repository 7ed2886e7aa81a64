import { expect, it } from '@jest/globals';
import { checkContents } from './check-contents.ts';

const contents = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
const manifest = { name: '@trellis-mcp/a', version: '1.2.0' };
const workspace = [manifest, { name: '@trellis-mcp/b', version: '1.2.0' }, { name: '@trellis-mcp/c', version: '1.2.0', private: true }];

it('is content with code, types, README and LICENSE', () => {
  const dependencies = { '@trellis-mcp/b': '^1.2.0', zod: '^4.0.0', pinned: '1.0.0-beta.2' };
  expect(checkContents({ manifest: { ...manifest, dependencies }, contents }, workspace)).toEqual([]);
});

it.each([
  ['dist/index.test.js', 'a test'],
  ['dist/spec/test/probe.d.ts', 'a test folder'],
  ['src/index.ts', 'TypeScript source'],
  ['dist/tsconfig.lib.tsbuildinfo', 'compiler state'],
  ['.env', 'a dot file'],
])('refuses %s as %s', (file, what) => {
  expect(checkContents({ manifest, contents: [...contents, file] }, workspace)).toContain(`${file} is ${what}`);
});

it('asks for what every package needs, and for the programs it names', () => {
  const withBin = { ...manifest, bin: { a: './bin/a.cjs' } };
  expect(checkContents({ manifest: withBin, contents: ['package.json'] }, workspace)).toEqual([
    'README.md is missing',
    'LICENSE is missing',
    'bin/a.cjs is missing',
  ]);
});

it.each([
  ['@trellis-mcp/b', '1.2.0', 'wants @trellis-mcp/b 1.2.0 instead of ^1.2.0'],
  ['@trellis-mcp/c', '^1.2.0', 'depends on @trellis-mcp/c, which is not published'],
  ['zod', '*', 'wants zod *, which is no range people can install'],
  ['zod', 'file:../zod', 'wants zod file:../zod, which is no range people can install'],
  ['zod', 'workspace:^', 'wants zod workspace:^, which is no range people can install'],
])('refuses a dependency on %s %s', (name, range, problem) => {
  expect(checkContents({ manifest: { ...manifest, dependencies: { [name]: range } }, contents }, workspace)).toEqual([problem]);
});
