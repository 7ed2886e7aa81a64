import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSearchGround, type SearchGround } from '../../test/open-search-ground.ts';
import { engines, search, searchLimits } from '../../test/search-engines.ts';
import type { MatchesPage, SearchTextRequest } from './search-text-page.ts';
import type { SearchEngine } from './search-engine.ts';

let ground: SearchGround;
beforeAll(async () => {
  ground = await openSearchGround();
});
afterAll(async () => ground[Symbol.asyncDispose]());

const places = ({ matches }: MatchesPage) => matches.map(({ path, line }) => `${path}:${line}`);

/** All places with the word, in the order of a walk. UTF-16 is ripgrep's alone. */
const needles = [
  '.hidden/h.md:1',
  'a/b/c.md:3',
  'a/b.md:1',
  'a.txt:1',
  'kept.log:1',
  'odd/--pre=sh.md:1',
  'odd/[a].md:1',
  'odd/esc\u001b[31m.md:1',
  'odd/new\nline.md:1',
  'readme.md:1',
  'readme.md:3',
  'src/app.ts:1',
  'src/built/deep.md:1',
  'src/latin1.txt:1',
  'src/mark.txt:1',
  'src/mark.txt:2',
];

describe.each(engines)('%s', (name, engine) => {
  it('finds each line once, in order, over no link, in nothing that is hidden, left out, binary or its own', async () => {
    const page = await search(engine, 'needle', ground);
    expect(places(page)).toEqual([...needles, ...(name === 'ripgrep' ? ['src/utf16.txt:2'] : [])]);
    expect(page).toMatchObject({ truncated: false, next: undefined });
    expect(page.filesSearched).toBeGreaterThanOrEqual(15);
  });

  it.each([
    [
      'readme.md',
      [
        { line: 1, column: 3, text: '# needle at the top', before: [], after: ['second line'] },
        { line: 3, column: 7, text: 'third needle, needle', before: ['second line'], after: [] },
      ],
    ],
    ['c.md', [{ line: 3, column: 1, text: 'needle here', before: ['two'], after: ['four'] }]],
    ['app.ts', [{ line: 1, column: 14, text: "const é = '😀 needle';", before: [], after: [] }]],
    [
      'mark.txt',
      [
        { line: 1, column: 1, text: 'needle behind a mark', before: [], after: ['second needle'] },
        { line: 2, column: 8, text: 'second needle', before: ['needle behind a mark'], after: [] },
      ],
    ],
    ['latin1.txt', [{ line: 1, column: 6, text: 'caf\uFFFD needle', before: [], after: [] }]],
  ])('shows place, column in characters, and lines around in %s', async (glob, shown) => {
    const { matches } = await search(engine, 'needle', { ...ground, glob, context: 1 });
    expect(matches.map(({ path: _path, ...match }) => match)).toEqual(shown);
  });

  it.each<[string, string, Partial<SearchTextRequest> & { readonly path?: string }, readonly string[]]>([
    ['a regular expression', '^(two|four)$', { regex: true }, ['a/b/c.md:2', 'a/b/c.md:4']],
    ['a line end of Windows', 'top$', { regex: true }, ['readme.md:1']],
    ['a text that looks like one', '^(two|four)$', {}, []],
    ['letters of any case', 'SECOND LINE', { ignoreCase: true }, ['readme.md:2']],
    ['a glob', 'needle', { glob: 'a/**/*.md' }, ['a/b/c.md:3', 'a/b.md:1']],
    ['a glob of names', 'needle', { glob: '*.{ts,log}' }, ['kept.log:1', 'src/app.ts:1']],
    ['a folder further down', 'needle', { path: 'a/b' }, ['a/b/c.md:3']],
    ['what is hidden by the operator', 'NEEDLE', {}, []],
    ['a flag', '--files', {}, []],
    ['a flag with a value', '-f/etc/passwd', {}, []],
    ['a glob like a flag', 'needle', { glob: '--pre=sh*' }, ['odd/--pre=sh.md:1']],
  ])('searches for %s', async (_title, pattern, options, found) => {
    expect(places(await search(engine, pattern, { ...ground, ...options }))).toEqual(found);
  });
});

describe.each(engines)('%s, of much', (_name, engine) => {
  it('searches the same, page by page, through the middle of files', async () => {
    await ground.write('many/one.txt', 'line\n'.repeat(7));
    await ground.write('many/two.txt', 'line\n'.repeat(4));
    const found: string[] = [];
    for (let after: SearchTextRequest['after']; ;) {
      const page = await search(engine, 'line', { ...ground, path: 'many', limit: 3, after });
      found.push(...places(page));
      after = page.next;
      if (after === undefined) break;
    }
    const lines = (path: string, count: number) => Array.from({ length: count }, (_value, index) => `${path}:${index + 1}`);
    expect(found).toEqual([...lines('many/one.txt', 7), ...lines('many/two.txt', 4)]);
  });

  it('cuts a line of 4 MB around the match', async () => {
    await ground.write('long/line.txt', `${'é'.repeat(2_000_000)}pin${'b'.repeat(100_000)}\nafter\n`);
    const { matches } = await search(engine, 'pin', { ...ground, path: 'long', context: 1 });
    expect(matches).toHaveLength(1);
    expect(matches[0]).toMatchObject({ line: 1, column: 2_000_001, text: `…${'é'.repeat(120)}pin${'b'.repeat(120)}…` });
    const [all] = (await search(engine, 'b+', { ...ground, path: 'long', regex: true })).matches;
    // Without ripgrep a regular expression is tried on the beginning of a line.
    if (engine.name === 'ripgrep') expect(all?.text).toMatch(/^…é{117}pinb{240}…$/);
  });
});

describe.each(engines)('%s, of long lines', (_name, engine) => {
  it.each([{}, { regex: true }, { ignoreCase: true }])('finds the first of millions of matches in a line, with %j', async (options) => {
    await ground.write('full/line.txt', `before\n${'é'.repeat(1_000)}${'a'.repeat(2_000_000)}\nand after\n`);
    const { matches, truncated } = await search(engine, 'a', { ...ground, path: 'full', context: 1, ...options });
    expect(truncated).toBe(false);
    expect(matches.map(({ line, column }) => [line, column])).toEqual([
      [2, 1_001],
      [3, 1],
    ]);
    expect(matches[0]).toMatchObject({ text: expect.stringMatching(/^…é{120}a{121,240}…$/), before: ['before'], after: ['and after'] });
    expect(matches[1]?.before).toEqual([expect.stringMatching(/^…a{240}$/)]);
  });

  it('shows whole characters and whole lines around, or says where they were cut', async () => {
    const [long, short] = ['😀'.repeat(600), 'ü'.repeat(100)];
    await ground.write('around/line.txt', `${long}\n${short}\n${'é'.repeat(700)}pin${'é'.repeat(700)}\n${short}\n${long}\nlast`);
    const show = async (context: number) => (await search(engine, 'pin', { ...ground, path: 'around', context })).matches[0];
    expect(await show(1)).toMatchObject({ line: 3, column: 701, before: [short], after: [short] });
    expect(await show(2)).toMatchObject({ before: [`…${'😀'.repeat(120)}`, short], after: [short, `${'😀'.repeat(120)}…`] });
    expect((await show(5))?.after).toEqual([short, `${'😀'.repeat(120)}…`, 'last']);
  });
});

describe.each(engines)('%s, of large files and patterns', (_name, engine) => {
  it('leaves out files that are larger than allowed', async () => {
    await ground.write('large/a.txt', `needle\n${'x\n'.repeat(searchLimits.maxFileBytes / 2)}`);
    await ground.write('large/b.txt', 'needle\n');
    expect(places(await search(engine, 'needle', { ...ground, path: 'large', limit: 1 }))).toEqual(['large/b.txt:1']);
  });

  it.each([
    ['^z', 0],
    ['y$', 0],
    ['z$', 1],
    ['^y', 1],
  ])('finds %s only where a line really begins and ends', async (pattern, count) => {
    await ground.write('ends/line.txt', `${'y'.repeat(200_000)}${'z'.repeat(200_000)}\n`);
    if (engine.name === 'built-in' && pattern === 'z$') return;
    expect((await search(engine, pattern, { ...ground, path: 'ends', regex: true })).matches).toHaveLength(count);
  });

  it.each([
    ['an open group', '('],
    ['look-behind', '(?<=a)b'],
    ['a reference back', String.raw`(a)\1`],
  ])('refuses %s with its reason', async (_title, pattern) => {
    await expect(search(engine, pattern, { ...ground, regex: true })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^The pattern is no regular expression that can be searched for: .+\.$/),
      hint: expect.stringContaining('regex: false'),
    });
  });
});

/** Tells of a line that it did not see. */
function claim(path: string, begins: string): SearchEngine {
  return {
    name: 'ripgrep',
    listFiles: async () => Promise.resolve(),
    searchText: async (_job, _query, visitor) => {
      visitor.begin(path);
      visitor.found({ line: 1, offset: 0, start: 0, length: 6, begins });
      visitor.end(false);
      return Promise.resolve();
    },
  };
}

it.each([
  ['a file that is there', 'a/b.md', 'needle', ['a/b.md:1']],
  ['a file with another text by now', 'a/b.md', 'noodle', []],
  ['a file behind a link to the outside', 'a/out/outside.md', 'needle', []],
  ['a link to a file outside', 'a/out.md', 'needle', []],
  ['a file behind a link to the inside', 'a/loop/a/b.md', 'needle', []],
  ['a FIFO', 'a/fifo.md', 'needle', []],
  ['a file that is not there', 'a/none.md', 'needle', []],
])('shows of a claim about %s what its descriptor says', async (_title, path, begins, found) => {
  expect(places(await search(claim(path, begins), 'needle', ground))).toEqual(found);
});

it('begins again in order when matches are everywhere, and ends with the first ones', async () => {
  const [, engine] = engines[0];
  for (let file = 0; file < 60; file += 1) await ground.write(`dense/${file % 7}/f${file}.txt`, 'everywhere \n'.repeat(1_100));
  const first = await search(engine, 'e', { ...ground, path: 'dense', limit: 1_000 });
  expect(first.truncated).toBe(true);
  expect(places(first)).toEqual(Array.from({ length: 1_000 }, (_value, index) => `dense/0/f0.txt:${index + 1}`));
  const second = places(await search(engine, 'e', { ...ground, path: 'dense', limit: 300, after: first.next }));
  expect([second[0], second[99], second[100]]).toEqual(['dense/0/f0.txt:1001', 'dense/0/f0.txt:1100', 'dense/0/f14.txt:1']);
}, 20_000);
