import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../app.ts';
import type { Entry } from '../list/entry.ts';

const run = promisify(execFile);
let top: string;
let root: string;
let server: InProcessServer<unknown>;
let client: Connection;

interface Listed {
  readonly entries: readonly Entry[];
  readonly nextCursor?: string;
}

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-list-')));
  root = join(top, 'root');
  await mkdir(join(root, 'odd'), { recursive: true });
  await mkdir(join(root, 'many'));
  await mkdir(join(root, '.trellis-trash'));
  await mkdir(join(root, 'secret'));
  await Promise.all(['b.txt', 'a.txt', '.env', '.trellis-1.tmp'].map((name) => writeFile(join(root, name), name)));
  await utimes(join(root, 'a.txt'), 1, 1);
  await symlink('a.txt', join(root, 'link'));
  await symlink('/etc/passwd', join(root, 'out'));
  await run('mkfifo', [join(root, 'fifo')]);
  await writeFile(Buffer.concat([Buffer.from(`${root}/odd/caf`), Buffer.from([0xe9])]), '');
  await writeFile(join(root, 'odd/new\nline\x1b[31m'), '');
  for (let index = 0; index < 600; index += 1) await writeFile(join(root, 'many', `f${index}`), '');
  server = await startInProcess(app, { args: [root, '--exclude', 'secret/'] });
  client = await server.connect();
});

afterAll(async () => {
  await server.close();
  await rm(top, { recursive: true });
});

async function list(args: Record<string, unknown>, from = client): Promise<Listed> {
  return (await from.callTool('list_directory', args)).data as Listed;
}

describe('list_directory', () => {
  it('names every entry and its kind, and nothing that is hidden or its own', async () => {
    const { entries } = await list({ path: '.' });
    expect(entries.map(({ name, type, isSymlink }) => `${name} ${type}${isSymlink ? ' link' : ''}`)).toEqual([
      '.env file',
      'a.txt file',
      'b.txt file',
      'fifo fifo',
      'link file link',
      'many directory',
      'odd directory',
      'out symlink link',
    ]);
    expect(entries[1]).toEqual({ name: 'a.txt', type: 'file', size: 5, modified: '1970-01-01T00:00:01Z', isSymlink: false });
  });

  it('tells nothing of what a link leads out to', async () => {
    const { entries } = await list({ path: '.' });
    expect(entries.find(({ name }) => name === 'out')).toEqual({
      name: 'out',
      type: 'symlink',
      isSymlink: true,
      modified: expect.any(String) as unknown,
    });
  });

  it.each([
    ['size', { sort: 'size', hidden: false, limit: 1 }, ['a.txt']],
    ['time', { sort: 'modified', hidden: false }, undefined],
    ['names without dots', { hidden: false, limit: 2 }, ['a.txt', 'b.txt']],
  ])('can order by %s', async (_title, args, expected) => {
    const { entries } = await list({ path: '.', ...args });
    const names = entries.map(({ name }) => name);
    if (expected === undefined) expect(names.at(-1)).toBe('a.txt');
    else if (args.limit === 1) expect(entries).toHaveLength(1);
    else expect(names).toEqual(expected);
  });
});

describe('pages of a list', () => {
  it.each(['name', 'size', 'modified'])('give every entry once, sorted by %s', async (sort) => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Listed = await list({ path: 'many', limit: 250, sort, ...(cursor !== undefined && { cursor }) });
      names.push(...page.entries.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toHaveLength(600);
    expect(new Set(names).size).toBe(600);
  });

  it('refuse the cursor of another list', async () => {
    const { nextCursor } = await list({ path: 'many', limit: 10 });
    for (const args of [{ path: '.' }, { path: 'many', sort: 'size' }, { path: 'many', hidden: false }]) {
      await expect(list({ ...args, cursor: nextCursor })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    await expect(list({ path: 'many', cursor: `${nextCursor ?? ''}x` })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('odd folders', () => {
  it('give names that are no text as bytes, and odd ones as they are', async () => {
    const { entries } = await list({ path: 'odd' });
    expect(entries).toMatchObject([{ name: 'caf\uFFFD', rawName: 'caf%E9' }, { name: 'new\nline\x1b[31m' }]);
    await expect(client.callTool('read_file', { path: 'odd/caf\uFFFD' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await client.callTool('read_file', { path: 'odd/new\nline\x1b[31m' })).data).toMatchObject({ totalBytes: 0 });
    const missing = client.callTool('read_file', { path: 'odd/no\nsuch\u202Ename' });
    await expect(missing).rejects.toMatchObject({ message: expect.stringContaining(String.raw`"odd/no\nsuch\u{202e}name"`) as unknown });
  });

  it('end at the most entries that one call may look at', async () => {
    await using small = await startInProcess(app, { args: [root, '--max-entries', '100'] });
    const refused = list({ path: 'many' }, await small.connect());
    await expect(refused).rejects.toMatchObject({ code: 'LIMIT', details: { limitEntries: 100 } });
  });
});

describe('stat', () => {
  it.each([
    ['a.txt', { type: 'file', size: 5, modified: '1970-01-01T00:00:01Z', mimeType: 'text/plain', lines: 1 }],
    ['.', { type: 'directory', mimeType: 'inode/directory' }],
    ['fifo', { type: 'fifo', mimeType: 'application/octet-stream' }],
    ['link', { type: 'file', size: 5 }],
  ])('describes %s', async (path, expected) => {
    const { data } = await client.callTool('stat', { path });
    expect(data).toMatchObject({ mode: expect.stringMatching(/^[0-7]{4}$/) as unknown, ...expected });
  });

  it('has the etag that a read has', async () => {
    const { data } = await client.callTool('stat', { path: 'b.txt' });
    expect((await client.callTool('read_file', { path: 'b.txt' })).data).toMatchObject({ etag: (data as { etag: string }).etag });
  });

  it.each(['out', 'none', 'secret', '.trellis-trash'])('knows nothing of %s', async (path) => {
    await expect(client.callTool('stat', { path })).rejects.toMatchObject({ code: path.startsWith('.') ? 'DENIED' : 'NOT_FOUND' });
  });
});

describe('roots of the client', () => {
  const eras = ['modern', 'legacy'] as const;
  const offer = (path: string) => [{ uri: pathToFileURL(path).href }];

  it.each(eras)('narrow those of the operator (%s)', async (era) => {
    const narrowed = await server.connect({ era, roots: offer(join(root, 'odd')) });
    expect((await narrowed.callTool('list_roots')).data).toMatchObject({
      roots: [{ name: 'odd', uri: pathToFileURL(join(root, 'odd')).href }],
    });
    expect((await list({ path: 'odd' }, narrowed)).entries).toHaveLength(2);
    await expect(list({ path: 'many' }, narrowed)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(narrowed.callTool('read_file', { path: 'a.txt' })).rejects.toMatchObject({ code: 'DENIED' });
  });

  it.each(eras)('never widen them (%s)', async (era) => {
    const beside = await server.connect({ era, roots: offer('/etc') });
    expect((await beside.callTool('list_roots')).data).toEqual({ roots: [] });
    await expect(beside.callTool('read_file', { path: '/etc/passwd' })).rejects.toMatchObject({ code: 'DENIED' });
    const above = await server.connect({ era, roots: offer(top) });
    expect((await list({ path: '.' }, above)).entries.length).toBeGreaterThan(5);
  });

  it('an empty list says nothing, and the operator can leave them alone', async () => {
    expect((await list({ path: '.' }, await server.connect({ roots: [] }))).entries.length).toBeGreaterThan(5);
    await using heedless = await startInProcess(app, { args: [root, '--no-client-roots'] });
    expect((await list({ path: 'many' }, await heedless.connect({ roots: offer('/etc') }))).entries.length).toBeGreaterThan(5);
  });
});
