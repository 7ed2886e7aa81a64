import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { openSearchGround, type SearchGround } from '../../test/open-search-ground.ts';
import { app } from '../app.ts';
import type { Deps } from '../deps.ts';

let ground: SearchGround;
let server: InProcessServer<Deps>;
let client: Connection;
beforeAll(async () => {
  ground = await openSearchGround();
  server = await startInProcess(app, {
    args: ['--root', `work=${ground.root}`, '--root', `other=${ground.outside}`, '--exclude', 'secret'],
  });
  client = await server.connect();
});
afterAll(async () => {
  await server.close();
  await ground[Symbol.asyncDispose]();
});

interface Found {
  readonly paths: readonly string[];
  readonly matches: readonly { readonly path: string; readonly line: number }[];
  readonly truncated: boolean;
  readonly nextCursor?: string;
  readonly [field: string]: unknown;
}

async function call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Found> {
  return (await client.callTool(tool, args)).data as Found;
}

describe('find_files', () => {
  it('gives paths that other tools take', async () => {
    const { paths } = await call('find_files', { path: 'work/a', glob: '*.md' });
    expect(paths).toEqual(['work/a/b/c.md', 'work/a/b.md']);
    await expect(client.callTool('read_file', { path: paths[0] })).resolves.toMatchObject({ data: { totalLines: 5 } });
  });

  it('goes on with a cursor, and only with the search that it is of', async () => {
    const args = { path: 'work', glob: '*.md', limit: 3 };
    const first = await call('find_files', args);
    expect(first).toMatchObject({ truncated: true, total: expect.any(Number) as unknown });
    // One name on the first two pages is no text.
    const second = await call('find_files', { ...args, cursor: first.nextCursor });
    expect(new Set([...first.paths, ...second.paths]).size).toBe(5);
    for (const other of [{ glob: '*' }, { path: 'work/a' }, { gitignore: false }, { cursor: `${first.nextCursor ?? ''}x` }]) {
      await expect(call('find_files', { ...args, cursor: first.nextCursor, ...other })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

describe('search_text', () => {
  it('goes on with a cursor, and only with the search that it is of', async () => {
    const args = { path: 'work', pattern: 'needle', limit: 10 };
    const first = await call('search_text', args);
    const second = await call('search_text', { ...args, cursor: first.nextCursor });
    const places = [...first.matches, ...second.matches].map(({ path, line }) => `${path}:${line}`);
    expect(new Set(places).size).toBe(17);
    expect(second).toMatchObject({ truncated: false, filesSearched: expect.any(Number) as unknown });
    for (const other of [{ pattern: 'x' }, { regex: true }, { ignoreCase: true }, { glob: '*' }]) {
      await expect(call('search_text', { ...args, cursor: first.nextCursor, ...other })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

const inA = ['b/', ' c.md', 'b.md', 'fifo.md (FIFO)', 'loop@', 'out@', 'out.md@'];

describe('tree', () => {
  it('shows what is there, over no link, and nothing of its own, hidden or left out', async () => {
    const { text, ...counts } = await call('tree', { path: 'work' });
    expect(text).toBe(
      ['.gitignore', '.hidden/', ' h.md', 'a/', ...inA.map((line) => ` ${line}`), 'a.txt', 'kept.log', 'odd/']
        .concat([' --pre=sh.md', ' [a].md', ' bad\uFFFD.md', ' esc\\u{1b}[31m.md', ' new\\u{a}line.md', 'readme.md', 'src/', ' .gitignore'])
        .concat([' app.test.ts', ' app.ts', ' binary.dat', ' built/', '  deep.md', ' latin1.txt', ' mark.txt', ' utf16.txt'])
        .join('\n'),
    );
    expect(counts).toEqual({ files: 24, directories: 6, truncated: false });
  });

  it.each([
    [{ depth: 1 }, ['b/', 'b.md', ...inA.slice(3)], false],
    [{ maxEntries: 3 }, ['b/ (not read)', 'b.md', 'fifo.md (FIFO)', '… 3 more'], true],
    [{ maxEntries: 6 }, ['b/ (not read)', 'b.md', ...inA.slice(3)], true],
    [{ gitignore: false }, inA, false],
  ])('is as deep and long as %j says', async (args, lines, truncated) => {
    expect(await call('tree', { path: 'work/a', ...args })).toMatchObject({ text: lines.join('\n'), truncated });
  });

  it('repeats a short one as text, and the beginning of a long one', async () => {
    for (let file = 0; file < 400; file += 1) await ground.write(`long/${'long-name-'.repeat(4)}${file}`, '');
    const short = await client.callTool('tree', { path: 'work/a' });
    expect(JSON.stringify(short)).toContain('[6 files, 1 folders]');
    const long = await client.callTool('tree', { path: 'work/long', maxEntries: 1000 });
    expect(JSON.stringify(long)).toContain('[400 files, 0 folders. The rest is in structuredContent');
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(400 * 46 * 2);
  });
});

const big = 'a'.repeat(65_536);

/** One row: a tool, its arguments, and what it says: paths of what it found, or a code. */
const attacks: readonly (readonly [tool: string, args: Readonly<Record<string, unknown>>, verdict: string, reason: string])[] = [
  ['find_files', { path: 'work', glob: '{a,b}'.repeat(40) }, '', 'as many names as there are atoms'],
  ['find_files', { path: 'work', glob: `${'{*,'.repeat(40)}a${'}*'.repeat(40)}z` }, '', '40 levels of braces and stars'],
  ['find_files', { path: 'work', glob: '*a'.repeat(200) }, '', '200 stars'],
  ['find_files', { path: 'work', glob: '../**' }, '', 'the folder above'],
  ['find_files', { path: 'work', glob: 'a/out/**' }, '', 'behind a link to the outside'],
  ['find_files', { path: 'work', glob: 'a/loop/**' }, '', 'behind a link in a circle'],
  ['find_files', { path: 'work', glob: '/etc/**' }, '', 'an absolute place'],
  ['find_files', { path: 'work', glob: '.trellis-trash/**', gitignore: false }, '', 'the trash'],
  ['find_files', { path: 'work', glob: '**/*.tmp', gitignore: false }, '', 'files that are being written'],
  ['find_files', { path: 'work', glob: 'secret/**', gitignore: false }, '', 'what the operator hides'],
  ['find_files', { path: 'work', glob: '**/bad*' }, '', 'a name that is no text cannot be sent again'],
  ['find_files', { path: 'work', glob: '**/*.fifo' }, '', 'a FIFO is no file'],
  ['find_files', { path: 'work', glob: '--pre=sh*' }, 'work/odd/--pre=sh.md', 'a flag of another program'],
  ['find_files', { path: 'work', glob: '!*.md' }, '', 'an exclamation mark is a character'],
  ['find_files', { path: 'work', glob: '' }, 'INVALID_INPUT', 'nothing'],
  ['find_files', { path: 'work', glob: '{'.repeat(500) }, 'INVALID_INPUT', 'open braces'],
  ['find_files', { path: 'work', glob: '[z-a]' }, 'INVALID_INPUT', 'a range backwards'],
  ['find_files', { path: 'work', glob: 'a\0' }, 'INVALID_INPUT', 'NUL'],
  ['find_files', { path: 'work', glob: '\uD800' }, 'INVALID_INPUT', 'half a character'],
  ['find_files', { path: 'work', glob: big }, 'INVALID_INPUT', '64 KiB'],
  ['find_files', { path: 'work/a/out', glob: '*' }, 'NOT_FOUND', 'starts behind a link to the outside'],
  ['find_files', { path: 'work/a/none', glob: '*' }, 'NOT_FOUND', 'starts nowhere: the same'],
  ['find_files', { path: 'work/a/fifo.md', glob: '*' }, 'INVALID_INPUT', 'starts at a FIFO'],
  ['find_files', { path: 'work/.trellis-trash', glob: '*' }, 'DENIED', 'starts in the trash'],
  ['find_files', { path: 'work/secret', glob: '*' }, 'NOT_FOUND', 'starts in what is hidden'],
  ['find_files', { path: '../x', glob: '*' }, 'DENIED', 'starts outside'],
  ['search_text', { path: 'work', pattern: 'needle outside' }, '', 'text of a file outside'],
  ['search_text', { path: 'work', pattern: '(a+)+$', regex: true, glob: 'a.txt' }, '', 'a pattern of doom'],
  ['search_text', { path: 'work', pattern: '--pre=cat' }, '', 'a flag'],
  ['search_text', { path: 'work', pattern: '-f/etc/passwd' }, '', 'a flag with a file'],
  ['search_text', { path: 'work', pattern: '-' }, '', 'a dash alone'],
  ['search_text', { path: 'work', pattern: 'needle', glob: '../**' }, '', 'a glob to the outside'],
  ['search_text', { path: 'work', pattern: '((a{500}){500}){500}', regex: true }, 'LIMIT', 'a pattern that grows'],
  ['search_text', { path: 'work', pattern: '(?=a)', regex: true }, 'INVALID_INPUT', 'look-ahead'],
  ['search_text', { path: 'work', pattern: 'a\nb' }, 'INVALID_INPUT', 'two lines'],
  ['search_text', { path: 'work', pattern: String.raw`a\nb`, regex: true }, 'INVALID_INPUT', 'two lines, escaped'],
  ['search_text', { path: 'work', pattern: '' }, 'INVALID_INPUT', 'nothing'],
  ['search_text', { path: 'work', pattern: 'a\0' }, 'INVALID_INPUT', 'NUL'],
  ['search_text', { path: 'work', pattern: '\uDC00' }, 'INVALID_INPUT', 'half a character'],
  ['search_text', { path: 'work', pattern: big }, 'INVALID_INPUT', '64 KiB'],
  ['search_text', { path: 'work/a/out', pattern: 'needle' }, 'NOT_FOUND', 'starts behind a link to the outside'],
  ['tree', { path: 'work/a/out' }, 'NOT_FOUND', 'starts behind a link to the outside'],
  ['tree', { path: 'work/a/fifo.md' }, 'INVALID_INPUT', 'starts at a FIFO'],
  ['tree', { path: 'work/.trellis-trash' }, 'DENIED', 'starts in the trash'],
];

it.each(attacks)('%s %j answers %j: %s', async (tool, args, verdict) => {
  const answer = await client.callTool(tool, args).then(
    ({ data }) => {
      const { paths, matches = [] } = data as Partial<Found>;
      return (paths ?? matches.map(({ path }) => path)).join(' ');
    },
    (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : error),
  );
  expect(answer).toBe(verdict);
});
