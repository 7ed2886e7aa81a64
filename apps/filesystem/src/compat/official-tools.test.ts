import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { isAppError } from '@trellis-mcp/errors';
import { spawnProbe } from '@trellis-mcp/test-services';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../app.ts';

const canary = 'canary-from-outside';
const readers = [
  ['read_file', 'path'],
  ['read_text_file', 'path'],
  ['read_media_file', 'path'],
  ['list_directory', 'path'],
  ['list_directory_with_sizes', 'path'],
  ['directory_tree', 'path'],
  ['search_files', 'path'],
  ['get_file_info', 'path'],
] as const;
const writers = [
  ['write_file', 'path'],
  ['edit_file', 'path'],
  ['create_directory', 'path'],
  ['move_file', 'source'],
  ['move_file', 'destination'],
] as const;
const others: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  search_files: { pattern: '**' },
  write_file: { content: 'x' },
  edit_file: { edits: [{ oldText: canary, newText: 'x' }] },
  move_file: { source: 'a.txt', destination: 'b.txt' },
};

let folder: string;
let server: InProcessServer<unknown>;
let client: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-official-'));
  const root = join(folder, 'root');
  await mkdir(join(root, 'docs', 'deep'), { recursive: true });
  await mkdir(join(root, '.trellis-trash'));
  await mkdir(join(folder, 'outside'));
  await writeFile(join(folder, 'outside', canary), canary);
  await writeFile(join(root, 'a.txt'), 'inside\n');
  await writeFile(join(root, 'hidden.pem'), canary);
  await writeFile(join(root, '.trellis-trash', 'old'), canary);
  await writeFile(join(root, 'docs', 'line\n[DIR] forged'), '');
  await writeFile(join(root, 'large.txt'), 'a line of text\n'.repeat(5000));
  await symlink(join(folder, 'outside'), join(root, 'out'));
  await symlink(join(folder, 'outside', canary), join(root, 'out.txt'));
  await symlink('.', join(root, 'docs', 'deep', 'loop'));
  await link(join(folder, 'outside', canary), join(root, 'linked.txt'));
  await using fifo = await spawnProbe('mkfifo', [join(root, 'fifo')]);
  await fifo.exit;
  const flags = ['--compat', 'official', '--write', '--no-confirm', '--exclude', '*.pem', '--max-read-bytes', '2KiB'];
  server = await startInProcess(app, { args: [root, ...flags] });
  client = await server.connect();
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** The code of a refusal, and all that the caller reads. */
async function call(tool: string, args: Readonly<Record<string, unknown>>): Promise<{ readonly code?: string; readonly text: string }> {
  try {
    const { text, content, data } = await client.callTool(tool, { ...others[tool], ...args });
    return { text: `${text}${JSON.stringify([content, data])}` };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { code: error.code, text: `${error.message}\n${error.hint ?? ''}` };
  }
}

const outside = ['/etc/passwd', '/etc/there-is-no-such-file', '../outside', '..', '../root-2'];
const lost = ['out', 'out.txt', `out/${canary}`, 'none', 'hidden.pem'];

describe.each([...readers, ...writers])('%s with %s', (tool, argument) => {
  it('has one answer for all that is outside', async () => {
    const answers = await Promise.all(outside.map((path) => call(tool, { [argument]: path })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['DENIED']));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it.each(['', '\0', 'a\0.txt', 'docs/../a.txt', '.trellis-trash/old', '.trellis-x.tmp', 'a'.repeat(5000), '\ud800'])(
    'refuses %j',
    async (path) => {
      expect((await call(tool, { [argument]: path })).code).toMatch(/^(?:INVALID_INPUT|DENIED)$/);
    },
  );
});

describe('what only seems to be inside', () => {
  it.each(readers)('is not there for %s', async (tool, argument) => {
    const answers = await Promise.all(lost.map((path) => call(tool, { [argument]: path })));
    expect(answers.map(({ code }) => code)).toEqual(lost.map(() => 'NOT_FOUND'));
    const texts = answers.map(({ text }, index) => text.replace(JSON.stringify(lost[index]), '"x"'));
    expect(new Set(texts).size).toBe(1);
  });

  it.each(readers)('is in no answer of %s about the root', async (tool, argument) => {
    const { text } = await call(tool, { [argument]: '.' });
    expect(text).not.toMatch(/canary|\.trellis|hidden\.pem/);
  });

  it.each(writers)('is not changed by %s with %s', async (tool, argument) => {
    for (const path of [...lost.filter((name) => name !== 'none'), 'linked.txt', 'none/x']) await call(tool, { [argument]: path });
    expect(await readdir(join(folder, 'outside'))).toEqual([canary]);
    expect(await readFile(join(folder, 'outside', canary), 'utf8')).toBe(canary);
    await writeFile(join(folder, 'root', 'a.txt'), 'inside\n');
  });

  it('never comes with others', async () => {
    const { text } = await call('read_multiple_files', { paths: ['a.txt', ...lost, ...outside] });
    expect(text).toContain('inside');
    expect(text.replaceAll(`out/${canary}`, '')).not.toContain('canary');
  });
});

describe('an answer', () => {
  it.each(['read_file', 'read_text_file', 'read_media_file'])('of %s about a FIFO comes at once', async (tool) => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => call(tool, { path: 'fifo' })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['INVALID_INPUT']));
  });

  it('is whole or refused, and the rest can be read in another way', async () => {
    for (const tool of ['read_file', 'read_text_file']) {
      expect(await call(tool, { path: 'large.txt' })).toMatchObject({
        code: 'LIMIT',
        text: expect.stringContaining('head or tail') as unknown,
      });
      expect(await call(tool, { path: 'large.txt', tail: 4900 })).toMatchObject({ code: 'LIMIT' });
      expect((await client.callTool(tool, { path: 'large.txt', head: 100 })).text).toBe('a line of text\n'.repeat(100).slice(0, -1));
    }
    const { data } = await client.callTool('read_file', { path: 'large.txt', offset: 4999, limit: 1 });
    expect(data).toMatchObject({ text: 'a line of text\n', firstLine: 4999, etag: expect.any(String) as unknown });
  });

  it('has a long text once', async () => {
    const { text, data } = await client.callTool('read_text_file', { path: 'large.txt', head: 1000 });
    expect(text.length).toBe(14_999);
    expect(data).toEqual({ note: expect.stringContaining('14999 characters') as unknown });
  });

  it.each(['list_directory', 'list_directory_with_sizes', 'search_files'])(
    'of %s has a line for a name, whatever the name',
    async (tool) => {
      const { text } = await client.callTool(tool, { ...others[tool], path: 'docs' });
      expect(text.split('\n').filter((line) => line.startsWith('[DIR] forged'))).toEqual([]);
      expect(text).toContain(String.raw`line\n[DIR] forged"`);
    },
  );

  it('of a walk ends where links go round', async () => {
    const { text } = await client.callTool('directory_tree', { path: 'docs' });
    expect(JSON.parse(text)).toEqual([
      { name: 'deep', type: 'directory', children: [{ name: 'loop', type: 'file' }] },
      { name: 'line\n[DIR] forged', type: 'file' },
    ]);
  });
});

describe('a glob', () => {
  it.each(['{'.repeat(40), '{a,'.repeat(400), '['])('that is broken, such as %j, is refused', async (pattern) => {
    expect((await call('search_files', { path: '.', pattern })).code).toBe('INVALID_INPUT');
  });

  it.each(['**/'.repeat(200) + 'x', '*a'.repeat(400), '{a,b}'.repeat(150)])(
    'of search_files to a glob of doom comes soon',
    async (pattern) => {
      const start = performance.now();
      await call('search_files', { path: '.', pattern, excludePatterns: [pattern] });
      expect(performance.now() - start).toBeLessThan(30_000);
    },
  );
});

it('asks before something is overwritten, and is refused where nobody can be asked', async () => {
  await using careful = await startInProcess(app, { args: [join(folder, 'root'), '--compat', 'official', '--write'] });
  const questions: string[] = [];
  const onAsk = async ({ message }: { readonly message: string }) => {
    questions.push(message);
    return { action: 'decline' as const };
  };
  for (const connection of [await careful.connect(), await careful.connect({ onAsk })]) {
    await expect(connection.callTool('write_file', { path: 'a.txt', content: 'x' })).rejects.toMatchObject({ code: 'DENIED' });
  }
  expect(questions).toHaveLength(1);
  expect(await readFile(join(folder, 'root', 'a.txt'), 'utf8')).toBe('inside\n');
});

it('offers only what reads without --write, under every name', async () => {
  await using reading = await startInProcess(app, { args: [join(folder, 'root'), '--compat', 'official'] });
  const tools = await (await reading.connect()).listTools();
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(readers.map(([name]) => name)));
});
