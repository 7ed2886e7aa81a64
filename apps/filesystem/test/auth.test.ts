import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { type HttpServerProcess, startHttpServer } from '@trellis-mcp/testing';

/** Names of callers and their scopes. */
const callers = { nobody: ['health:read'], reader: ['fs:read'], writer: ['fs:read', 'fs:write'], writerOnly: ['fs:write'] } as const;
type Caller = keyof typeof callers;

let folder: string;
let server: HttpServerProcess;
const keys = new Map<string, string>();
const connections = new Map<string, Connection>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-scopes-'));
  await mkdir(join(folder, 'root'));
  await writeFile(join(folder, 'root', 'a.txt'), 'one\n');
  const entries = Object.entries(callers).map(([name, scopes]) => {
    const key = `trellis_${randomBytes(32).toString('base64url')}`;
    keys.set(name, key);
    return { name, hash: `sha256:${createHash('sha256').update(key).digest('hex')}`, scopes };
  });
  const file = join(folder, 'keys.json');
  await writeFile(file, JSON.stringify({ keys: entries }));
  const flags = ['--write', '--no-confirm', '--compat', 'official', '--auth', 'api-key', '--api-keys-file', file];
  server = await startHttpServer(new URL('../src/main.ts', import.meta.url), [join(folder, 'root'), ...flags]);
});

afterAll(async () => {
  for (const connection of connections.values()) await connection.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const headersOf = (caller: Caller) => ({ authorization: `Bearer ${keys.get(caller) ?? ''}` });

async function connectAs(caller: Caller, era: 'modern' | 'legacy'): Promise<Connection> {
  const name = `${caller} ${era}`;
  const known = connections.get(name);
  if (known !== undefined) return known;
  const connection = await connect({ http: { url: server.url, headers: headersOf(caller) } }, { era });
  connections.set(name, connection);
  return connection;
}

/** Status and missing scopes of one call, as any HTTP client sees them. */
async function post(caller: Caller, method: string, params: Record<string, unknown>) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...headersOf(caller), 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const isFailed = /"error":|"isError":true/.test(await response.text());
  return { status: response.status, isFailed, scope: /scope="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1] };
}

const reading = [
  ['tools/call', { name: 'read_file', arguments: { path: 'a.txt' } }],
  ['tools/call', { name: 'list_roots', arguments: {} }],
  ['tools/call', { name: 'search_files', arguments: { path: '.', pattern: '*' } }],
  ['prompts/get', { name: 'explore_project', arguments: {} }],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'explore_project' }, argument: { name: 'path', value: '' } }],
] as const;

const writing = [
  ['write_file', { path: 'b.txt', content: 'x' }],
  ['edit_file', { path: 'a.txt', edits: [{ oldText: 'one', newText: 'two' }] }],
  ['delete', { path: 'a.txt' }],
  ['move_file', { source: 'a.txt', destination: 'b.txt' }],
  ['create_directory', { path: 'c' }],
] as const;

describe('the scopes', () => {
  it.each(reading)('of %s %j are fs:read', async (method, params) => {
    expect(await post('nobody', method, params)).toMatchObject({ status: 403, scope: 'fs:read' });
    expect(await post('reader', method, params)).toEqual({ status: 200, isFailed: false, scope: undefined });
  });

  it('of a resource, its completion and its subscription are fs:read', async () => {
    const uri = pathToFileURL(join(folder, 'root', 'a.txt')).href;
    const template = { type: 'ref/resource', uri: 'file:///{+path}{?offset,limit}' };
    const requests = [
      ['resources/read', { uri }],
      ['completion/complete', { ref: template, argument: { name: 'path', value: '' } }],
    ] as const;
    for (const [method, params] of requests) {
      expect(await post('writerOnly', method, params)).toMatchObject({ status: 403, scope: 'fs:read' });
      expect(await post('reader', method, params)).toEqual({ status: 200, isFailed: false, scope: undefined });
    }
    const reader = await connectAs('reader', 'modern');
    expect(await reader.readResource(uri)).toMatchObject([{ uri, text: 'one\n' }]);
    await (await reader.subscribe([uri], () => undefined)).close();
    const writer = await connectAs('writerOnly', 'modern');
    await expect(writer.subscribe([uri], () => undefined)).rejects.toThrow(/fs:read|scope/i);
  });

  it.each(writing)('of %s are fs:write, and nothing happens without', async (name, args) => {
    expect(await post('reader', 'tools/call', { name, arguments: args })).toMatchObject({ status: 403, scope: 'fs:write' });
    expect(await readFile(join(folder, 'root', 'a.txt'), 'utf8')).toBe('one\n');
    await expect(readFile(join(folder, 'root', 'b.txt'))).rejects.toThrow('ENOENT');
  });
});

describe('with its scopes', () => {
  it.each(['modern', 'legacy'] as const)('a caller sees the tools that it may use (%s)', async (era) => {
    const namesOf = async (caller: Caller) => (await (await connectAs(caller, era)).listTools()).map(({ name }) => name);
    const [nobody, reader, writer] = [await namesOf('nobody'), await namesOf('reader'), await namesOf('writer')];
    expect(nobody).toEqual(['health_check']);
    const hidden = writer.filter((name) => name !== 'health_check' && !reader.includes(name));
    expect(hidden).toEqual(expect.arrayContaining(['write_file', 'edit_file', 'move', 'copy', 'make_directory', 'delete', 'restore']));
    expect(hidden).toEqual(expect.arrayContaining(['create_directory', 'move_file']));
    expect(reader.filter((name) => hidden.includes(name))).toEqual([]);
  });

  it('a writer changes files, a reader does not', async () => {
    const connection = await connectAs('writer', 'modern');
    await connection.callTool('write_file', { path: 'w.txt', content: 'written\n' });
    expect((await connection.callTool('read_text_file', { path: 'w.txt' })).text).toBe('written\n');
    await expect((await connectAs('reader', 'modern')).callTool('delete', { path: 'w.txt' })).rejects.toMatchObject({ code: 'DENIED' });
  });

  it('nobody comes in without a key', async () => {
    const response = await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(response.status).toBe(401);
  });
});
