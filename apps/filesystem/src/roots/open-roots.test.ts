import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { narrow, type Narrowing } from './narrowing.ts';
import { openRoots, type Roots } from './open-roots.ts';
import { parseRootText } from './root-text.ts';

let top: string;
let one: Roots;
let two: Roots;

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-roots-')));
  await Promise.all(['shop/src', 'shop-2', 'notes', 'other/shop'].map((folder) => mkdir(join(top, folder), { recursive: true })));
  await symlink(join(top, 'shop'), join(top, 'alias'));
  await writeFile(join(top, 'file'), '');
  one = await openRoots({ texts: [join(top, 'alias')], writable: false });
  two = await openRoots({ texts: [join(top, 'shop'), `n=${join(top, 'notes')}`], writable: true });
});

afterAll(async () => rm(top, { recursive: true }));

/** The names below the root, or the code of the refusal. */
function judge(roots: Roots, path: string, narrowing?: Narrowing): string {
  try {
    const { root, names } = roots.locate(path.replace('TOP', top), narrowing);
    return `${root.name}: ${names.join(' > ')}`;
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

describe('the gate with one root', () => {
  it.each([
    ['.', 'shop: ', 'the root itself'],
    ['./', 'shop: ', 'the same with a slash'],
    ['src//a.ts', 'shop: src > a.ts', 'empty parts'],
    ['./src/./a.ts/', 'shop: src > a.ts', 'dots that go nowhere'],
    [' src ', 'shop:  src ', 'spaces are part of a name'],
    ['"src"', 'shop: "src"', 'quotes are part of a name'],
    ['%2e%2e/x', 'shop: %2e%2e > x', 'nothing is decoded'],
    ['~/x', 'shop: ~ > x', 'nobody is at home'],
    ['file:///etc/passwd', 'shop: file: > etc > passwd', 'a URI is a name'],
    [String.raw`..\x`, String.raw`shop: ..\x`, 'a backslash is part of a name'],
    ['...', 'shop: ...', 'three dots'],
    ['e\u0301', 'shop: e\u0301', 'nothing is composed'],
    ['shop/src', 'shop: shop > src', 'the name of the only root is none'],
    ['TOP/shop/src', 'shop: src', 'absolute'],
    ['TOP//shop/./src/', 'shop: src', 'absolute, with parts that are empty'],
    ['TOP/alias/src', 'shop: src', 'absolute, over the link of the configuration'],
    ['TOP/shop', 'shop: ', 'the root, absolute'],
    ['TOP/shop-2', 'DENIED', 'a neighbour whose name begins the same'],
    ['TOP/sho', 'DENIED', 'a neighbour whose name is shorter'],
    ['TOP', 'DENIED', 'the folder above'],
    ['TOP/shop/../notes', 'DENIED', 'absolute, and out'],
    ['..', 'DENIED', 'up'],
    ['src/../..', 'DENIED', 'down and up twice'],
    ['src/..', 'INVALID_INPUT', 'up within the root: behind a link it would be another folder'],
    ['', 'INVALID_INPUT', 'nothing'],
    ['a\0', 'INVALID_INPUT', 'NUL'],
    ['\uD800', 'INVALID_INPUT', 'half a character'],
    ['a'.repeat(4097), 'INVALID_INPUT', 'too long'],
    ['.trellis-trash', 'DENIED', 'the trash'],
    ['src/.Trellis-1.TMP', 'DENIED', 'a file that is being written, on a disk that knows no case'],
  ])('%j is %j: %s', (path, verdict) => {
    expect(judge(one, path)).toBe(verdict);
  });

  it('has one text for every place outside', () => {
    const texts = ['/etc/passwd', '/no/such', '..', `${top}/notes`].map((path) => {
      try {
        return one.locate(path).shown;
      } catch (error) {
        return isAppError(error) ? `${error.message} ${error.hint ?? ''}` : 'thrown';
      }
    });
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(/shop .*--root/);
  });
});

describe('the gate with several roots', () => {
  it.each([
    ['shop/src', 'shop: src', 'by name'],
    ['n', 'n: ', 'a root itself'],
    ['n/..', 'DENIED', 'up from a root'],
    ['n/../shop', 'DENIED', 'from one root into another'],
    ['TOP/notes/a', 'n: a', 'absolute'],
    ['src', 'NOT_FOUND', 'no root has this name'],
    ['.', 'NOT_FOUND', 'there is no place above the roots'],
    ['..', 'DENIED', 'above it there is even less'],
    ['N/a', 'NOT_FOUND', 'names have a case'],
  ])('%j is %j: %s', (path, verdict) => {
    expect(judge(two, path)).toBe(verdict);
  });

  it('shows paths as they can be sent again', () => {
    expect(two.locate(`${top}/notes/a`).shown).toBe('n/a');
    expect(two.locate('shop').shown).toBe('shop');
    expect(one.locate(`${top}/shop/src`).shown).toBe('src');
    expect(one.locate('.').shown).toBe('.');
  });
});

describe('roots of a client', () => {
  const uri = (path: string): { uri: string } => ({ uri: pathToFileURL(join(top, path)).href });

  it.each([
    ['a folder above leaves all', [''], 'src', 'shop: src'],
    ['the same folder leaves all', ['shop'], '.', 'shop: '],
    ['a folder inside leaves itself', ['shop/src'], 'src/a', 'shop: src > a'],
    ['and nothing around it', ['shop/src'], '.', 'DENIED'],
    ['nor what begins the same', ['shop/src'], 'src-2', 'DENIED'],
    ['the link of the configuration is known', ['alias/src'], 'src', 'shop: src'],
    ['one of several is enough', ['notes', 'shop'], 'src', 'shop: src'],
    ['a folder beside leaves nothing', ['notes'], 'src', 'DENIED'],
    ['and gives nothing', ['notes'], 'TOP/notes', 'DENIED'],
  ])('%s', (_title, offered, path, verdict) => {
    expect(judge(one, path, narrow(one.list(), offered.map(uri)))).toBe(verdict);
  });

  it.each(['https://example.com/', 'file://host/x', 'file:///%00', 'file:///%FF', 'file:', 'nonsense'])('%j counts for nothing', (text) => {
    expect(narrow(one.list(), [{ uri: text }]).size).toBe(0);
  });

  it('are listed as callers name them', () => {
    const listed = two.list(narrow(two.list(), [uri('shop/src'), uri('notes')]));
    expect(listed.map(({ name, uri: at }) => [name, at])).toEqual([
      ['shop/src', uri('shop/src').uri],
      ['n', uri('notes').uri],
    ]);
  });
});

describe('the configuration', () => {
  it.each([
    ['is not there', ['TOP/none'], 'ENOENT'],
    ['is no folder', ['TOP/file'], 'no folder'],
    ['is there twice, once over a link', ['TOP/shop', 'TOP/alias'], 'twice'],
    ['has the name of another', ['a=TOP/shop', 'a=TOP/notes'], 'Two roots'],
  ])('is refused for a root that %s', async (_title, texts, text) => {
    const opened = openRoots({ texts: texts.map((root) => root.replace('TOP', top)), writable: false });
    await expect(opened).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(text) as unknown });
  });

  it('names roots by their folders, and tells equal ones apart', async () => {
    const roots = await openRoots({ texts: [join(top, 'shop'), join(top, 'other/shop')], writable: false });
    expect(roots.list().map(({ name }) => name)).toEqual(['shop', 'shop-2']);
  });

  it('says what Linux can promise', () => {
    expect(one.list()[0]?.guarantee).toBe(process.platform === 'linux' ? 'descriptor' : 'best-effort');
  });

  it.each([
    ['./a', { name: undefined, path: join(process.cwd(), 'a') }],
    ['x=/a/b', { name: 'x', path: '/a/b' }],
    ['./a=b', { name: undefined, path: join(process.cwd(), 'a=b') }],
    ['/a/../b', { name: undefined, path: '/b' }],
  ])('reads %s', (text, expected) => {
    expect(parseRootText(text)).toEqual(expected);
  });

  it('knows the home folder', () => {
    expect(parseRootText('~/x').path).toMatch(/^\/.*[^~]\/x$/);
  });
});
