import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openFile } from '../descriptor/open-file.ts';
import { openRoots, type Roots } from '../roots/open-roots.ts';
import { openBytes } from './byte-source.ts';
import type { Page, PageRequest } from './page.ts';
import { readPage } from './read-page.ts';

let folder: string;
let roots: Roots;
const { signal } = new AbortController();
const usual = { maxReadBytes: 65_536, maxFileBytes: 4_194_304 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-read-'));
  roots = await openRoots({ texts: [folder], writable: false });
});

afterAll(async () => rm(folder, { recursive: true }));

async function read(content: Buffer | string, request: PageRequest = {}, limits: Partial<typeof usual> = {}): Promise<Page> {
  await writeFile(join(folder, 'file'), content);
  await using file = await openFile(roots.locate('file'));
  return await readPage(await openBytes(file, signal), request, { ...usual, ...limits });
}

/** All pages from the first request on, as a caller follows `nextOffset`. */
async function readAll(content: Buffer, request: PageRequest, maxReadBytes: number): Promise<readonly Page[]> {
  await writeFile(join(folder, 'file'), content);
  const pages: Page[] = [];
  for (let next: PageRequest | undefined = request; next !== undefined;) {
    await using file = await openFile(roots.locate('file'));
    const page = await readPage(await openBytes(file, signal), next, { ...usual, maxReadBytes });
    pages.push(page);
    if (pages.length > content.length + 2) throw new Error('the pages do not end');
    next = page.nextOffset === undefined ? undefined : { ...request, offset: page.nextOffset, unit: page.unit };
  }
  return pages;
}

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : encoding === 'latin1' ? 'latin1' : 'utf8');
}

describe('lines', () => {
  const five = 'one\ntwo\r\nthree\n\nfive';

  it.each<[string, PageRequest, Partial<Page>]>([
    ['all of them', {}, { text: five, firstLine: 1, lines: 5, totalLines: 5, truncated: false }],
    ['from a number on', { offset: 3, limit: 1 }, { text: 'three\n', firstLine: 3, lines: 1, totalLines: 5, nextOffset: 4 }],
    ['with their own line endings', { offset: 2, limit: 1 }, { text: 'two\r\n', nextOffset: 3, truncated: true }],
    ['from zero as from one', { offset: 0, limit: 1 }, { text: 'one\n', firstLine: 1 }],
    ['from the end', { offset: -2 }, { text: '\nfive', lines: 2, totalLines: 5, truncated: false }],
    ['a part of those from the end', { offset: -3, limit: 2 }, { text: 'three\n\n', nextOffset: -1, truncated: true }],
    ['more than there are, from the end', { offset: -99 }, { text: five, truncated: false }],
    ['behind the end', { offset: 6 }, { text: '', lines: 0, totalLines: 5, truncated: false }],
  ])('reads %s', async (_title, request, expected) => {
    expect(await read(five, request)).toMatchObject({ unit: 'line', encoding: 'utf-8', totalBytes: 20, ...expected });
  });

  it.each([
    ['an empty file', '', 0],
    ['a file of one line feed', '\n', 1],
    ['a last line without a line feed', 'a\nb', 2],
    ['a last line with one', 'a\nb\n', 2],
  ])('counts %s', async (_title, content, totalLines) => {
    expect(await read(content)).toMatchObject({ text: content, totalLines, truncated: false });
  });

  it('cuts a line of 4 MB and goes on in bytes', async () => {
    const page = await read(Buffer.alloc(4_000_000, 'x'), { limit: 1 });
    expect(page).toMatchObject({ lines: 1, truncated: true, unit: 'byte', nextOffset: 65_536, totalBytes: 4_000_000 });
    expect(page.text).toHaveLength(65_536);
    expect(page.totalLines).toBeUndefined();
  });

  it('finds the last line of a file with one of 4 MB in front of it', async () => {
    expect(await read(`${'x'.repeat(4_000_000)}\nend\n`, { offset: -1 })).toMatchObject({ text: 'end\n', truncated: false });
  });

  it('says how to read on where a line lies too deep to be looked for', async () => {
    const deep = read('a\n'.repeat(5_000), { offset: 4_000 }, { maxFileBytes: 1024 });
    await expect(deep).rejects.toMatchObject({ code: 'LIMIT', hint: expect.stringContaining('unit byte') as unknown });
    await expect(read('a\n'.repeat(5_000), { offset: -1 }, { maxFileBytes: 1024 })).rejects.toMatchObject({ code: 'LIMIT' });
  });
});

describe('bytes', () => {
  it.each<[string, PageRequest, Partial<Page>]>([
    ['a part', { offset: 1, limit: 2 }, { text: 'bc', nextOffset: 3, truncated: true }],
    ['from the end', { offset: -2 }, { text: 'ef', truncated: false }],
    ['from in front of the beginning', { offset: -99, limit: 1 }, { text: 'a', nextOffset: 1 }],
    ['behind the end', { offset: 99 }, { text: '', truncated: false }],
    ['as base64', { offset: 4, encoding: 'base64' }, { base64: 'ZWY=', encoding: 'base64', truncated: false }],
  ])('reads %s', async (_title, request, expected) => {
    expect(await read('abcdef', { unit: 'byte', ...request })).toMatchObject({ unit: 'byte', totalBytes: 6, ...expected });
  });

  it('never splits a character, and never stands still', async () => {
    const pages = await readAll(Buffer.from('a€😀b'), { unit: 'byte', limit: 1 }, 65_536);
    expect(pages.map(({ text }) => text)).toEqual(['a', '€', '😀', 'b']);
  });
});

describe('encodings', () => {
  it.each([
    ['UTF-8', Buffer.from('grün\n'), 'utf-8', 'grün\n'],
    ['UTF-8 with a mark, which stays', Buffer.from('\uFEFFgrün\n'), 'utf-8', '\uFEFFgrün\n'],
    ['UTF-16 little endian', encode('\uFEFFgrün\nĊa\n', 'utf-16le'), 'utf-16le', '\uFEFFgrün\nĊa\n'],
    ['UTF-16 big endian', encode('\uFEFFgrün\nĊa\n', 'utf-16be'), 'utf-16be', '\uFEFFgrün\nĊa\n'],
    ['Latin-1', Buffer.from('grün\n', 'latin1'), 'latin1', 'grün\n'],
    ['Latin-1 that begins with much ASCII', Buffer.from(`${'a'.repeat(9000)}ü`, 'latin1'), 'latin1', `${'a'.repeat(9000)}ü`],
    ['UTF-8 that begins with much ASCII', Buffer.from(`${'a'.repeat(9000)}ü`), 'utf-8', `${'a'.repeat(9000)}ü`],
    ['UTF-8 cut by the sample', Buffer.from(`${'ü'.repeat(4095)}a😀`), 'utf-8', `${'ü'.repeat(4095)}a😀`],
    ['a replacement character of its own', Buffer.from('a\uFFFDb'), 'utf-8', 'a\uFFFDb'],
  ])('finds %s', async (_title, bytes, encoding, text) => {
    const page = await read(bytes);
    expect(page).toMatchObject({ encoding, text });
    expect(page.lossy).toBeUndefined();
  });

  it('says when bytes are no text in the encoding that was asked for', async () => {
    expect(await read(Buffer.from([0x61, 0xff, 0x62]), { encoding: 'utf-8' })).toMatchObject({ text: 'a\uFFFDb', lossy: true });
    expect(await read(Buffer.from([0x61, 0x00, 0x00, 0xd8]), { encoding: 'utf-16le' })).toMatchObject({ text: 'a\uFFFD', lossy: true });
  });

  it('sends what is no text as base64, and has no lines of it', async () => {
    const bytes = Buffer.from([0x7f, 0x45, 0x00, 0x01]);
    expect(await read(bytes)).toMatchObject({ base64: 'f0UAAQ==', unit: 'byte', truncated: false });
    await expect(read(bytes, { offset: 2 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await read(bytes, { offset: 2, unit: 'byte' })).toMatchObject({ base64: 'AAE=' });
    expect(await read(bytes, { encoding: 'latin1' })).toMatchObject({ text: '\x7fE\0\x01', unit: 'line' });
  });

  it('holds a page to its bytes as JSON, control characters and all', async () => {
    const page = await read(`${'\x01'.repeat(99)}\n`.repeat(3_000));
    expect(Buffer.byteLength(JSON.stringify(page.text))).toBeLessThanOrEqual(65_538);
    expect(page.lines).toBeGreaterThan(80);
    expect(page.nextOffset).toBe((page.lines ?? 0) + 1);
  });
});

it('pages of any size put together are the file, whatever its encoding', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', 'ü', '€', '😀', 'Ċ', 'ऊ', '\x01', '"'), maxLength: 60 });
  const request = fc.record({ limit: fc.integer({ min: 1, max: 12 }), unit: fc.constantFrom('line', 'byte') }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'), request, async (content, encoding, asked) => {
      const bytes = encode(content, encoding);
      const pages = await readAll(bytes, { ...asked, encoding }, 24);
      expect(pages.map((page) => page.text).join('')).toBe(content);
      expect(pages.some(({ lossy }) => lossy)).toBe(false);
      const binary = await readAll(bytes, { unit: 'byte', encoding: 'base64' }, 24);
      expect(Buffer.concat(binary.map(({ base64 = '' }) => Buffer.from(base64, 'base64')))).toEqual(bytes);
    }),
    { numRuns: 150 },
  );
});

describe('a file that changes meanwhile', () => {
  it('ends where it ended when it was opened, though it grows', async () => {
    await writeFile(join(folder, 'file'), 'old\n'.repeat(30_000));
    await using file = await openFile(roots.locate('file'));
    const source = await openBytes(file, signal);
    await appendFile(join(folder, 'file'), 'new\n'.repeat(30_000));
    const page = await readPage(source, { offset: -1 }, usual);
    expect(page).toMatchObject({ text: 'old\n', totalBytes: 120_000, truncated: false });
  });

  it('ends where it is cut off, and the page that asks for more is empty', async () => {
    await writeFile(join(folder, 'file'), 'old\n'.repeat(300_000));
    await using file = await openFile(roots.locate('file'));
    const source = await openBytes(file, signal);
    await truncate(join(folder, 'file'), 100_000);
    expect(await readPage(source, { offset: 99_990, unit: 'byte' }, usual)).toMatchObject({ truncated: true, nextOffset: 100_000 });
    expect(await readPage(source, { offset: 200_000, unit: 'byte' }, usual)).toMatchObject({ text: '', truncated: false });
  });

  it('is read no further once the call is aborted', async () => {
    await writeFile(join(folder, 'file'), 'x'.repeat(200_000));
    await using file = await openFile(roots.locate('file'));
    const abort = new AbortController();
    const source = await openBytes(file, abort.signal);
    abort.abort(new Error('enough'));
    await expect(readPage(source, { offset: 150_000, unit: 'byte' }, usual)).rejects.toThrow('enough');
  });
});

it('reads files of the system that say they are empty', async () => {
  const system = await openRoots({ texts: ['/proc/self'], writable: false });
  await using file = await openFile(system.locate('status'));
  expect((await readPage(await openBytes(file, signal), { limit: 1 }, usual)).text).toMatch(/^Name:/);
});
