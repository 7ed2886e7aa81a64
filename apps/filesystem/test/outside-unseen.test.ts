import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { type HttpServerProcess, startHttpServer } from '@trellis-mcp/testing';
import { type PathUse, readers, writers } from './attack-verdict.ts';
import { openAttackGround, type AttackGround } from './open-attack-ground.ts';
import { settle } from './run-races.ts';
import { takeSnapshot } from './tree-snapshot.ts';

/** A user without rights: as the superuser a server is never refused anything. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

let ground: AttackGround;
let server: HttpServerProcess;
let client: Connection;
beforeAll(async () => {
  ground = await openAttackGround();
  const args = ['--root', ground.root, '--write', '--no-confirm'];
  server = await startHttpServer(new URL('../src/main.ts', import.meta.url), args, { ...nobody, cwd: ground.top });
  client = await connect({ http: { url: server.url } });
});
afterAll(async () => {
  await client.close();
  await server.probe.stop();
  await ground[Symbol.asyncDispose]();
});

type Pair = readonly [there: string, absent: string, why: string];

/** Something outside that is there, something that is not, and how they differ. */
const pairs: readonly Pair[] = [
  ['/etc/passwd', '/etc/absent', 'absolute'],
  ['/proc/1/environ', '/proc/1/absent', 'that nobody may read'],
  ['../outside/secret.txt', '../outside/absent.txt', 'relative'],
  ['../outside/locked/secret.txt', '../outside/absent/secret.txt', 'relative, that nobody may read'],
  ['link-dir/secret.txt', 'link-dir/absent.txt', 'a file behind a link'],
  ['link-dir/folder', 'link-dir/absent', 'a folder behind a link'],
  ['link-dir/folder/secret.txt', 'link-dir/absent/secret.txt', 'a folder on the way'],
  ['link-dir/locked', 'link-dir/absent', 'a folder that nobody may read'],
  ['link-dir/locked/secret.txt', 'link-dir/absent/secret.txt', 'a file in it'],
  ['link-dir/locked.txt', 'link-dir/absent.txt', 'a file that nobody may read'],
  ['link-dir/fifo', 'link-dir/absent', 'a FIFO'],
  ['link-dir/socket', 'link-dir/absent', 'a socket'],
  ['link-dir/secret.txt/x', 'link-dir/absent.txt/x', 'a file on the way'],
  ['link-file/x', 'link-absent/x', 'behind a link to a file'],
  ['link-root/root', 'link-root/absent', 'a home folder'],
  ['link-root/proc/1/environ', 'link-root/proc/1/absent', 'the environment of another process'],
  ['link-root/proc/1/fd/0', 'link-root/proc/1/absent/0', 'a file that another process has open'],
];

/** Links themselves, for those who follow them. */
const linkPairs: readonly Pair[] = [
  ['link-file', 'a link to a file'],
  ['link-dir', 'a link to a folder'],
  ['link-locked', 'a link to what nobody may read'],
  ['link-fifo-outside', 'a link to a FIFO'],
  ['link-socket-outside', 'a link to a socket'],
  ['link-root', 'a link to everything'],
  ['link-mem', 'a link to the memory'],
  ['link-tty', 'a link to a terminal'],
].map(([path = '', why = '']) => [path, 'link-absent', why]);

const followers = [...readers, ...writers.filter(({ name }) => /write_file|edit_file|copy from/.test(name))];

/** The answers to all uses of a path, with the caller's own words left out. */
async function askAll(uses: readonly PathUse[], path: string): Promise<string[]> {
  return Promise.all(
    uses.map(async ({ name, tool, args }) => {
      const { text, code } = await settle(client.callTool(tool, args(path)));
      if (ground.canary.findIn(text) !== undefined) throw new Error(`${name} shows what is outside: ${text}`);
      return `${name}: ${code ?? 'ok'} ${withoutPath(text, path)}`;
    }),
  );
}

describe('what is outside and there reads as what is outside and not there, byte for byte', () => {
  it.each(pairs)('%s and %s: %s', async (there, absent) => {
    const before = await takeSnapshot(ground.outside);
    const uses = [...readers, ...writers];
    expect(await askAll(uses, there)).toEqual(await askAll(uses, absent));
    expect(await takeSnapshot(ground.outside)).toEqual(before);
  });

  it.each(linkPairs)('%s and %s: %s', async (there, absent) => {
    expect(await askAll(followers, there)).toEqual(await askAll(followers, absent));
  });

  it.each([...pairs, ...linkPairs])('as resources, %s and %s: %s', async (there, absent) => {
    const [first, second] = await Promise.all([there, absent].map(readAsResource));
    expect(first).toBe(second);
    expect(first).toMatch(/"code":"(NOT_FOUND|DENIED|INVALID_INPUT)"/);
  });
});

async function readAsResource(path: string): Promise<string> {
  const uri = pathToFileURL(join(ground.root, path)).href;
  const { text } = await settle(client.readResource(uri));
  return withoutPath(text.replaceAll(uri, '<uri>'), path);
}

/** Leaves out what the caller said: the path, and the folders on its way. */
function withoutPath(text: string, path: string): string {
  const names = path.replace(/^\//, '').split('/');
  const said = [path, ...names.map((_, index) => names.slice(0, names.length - index).join('/'))];
  return said.reduce((rest, words, index) => rest.replaceAll(words, `<${String(index)}>`), text);
}

describe('what the system refuses is refused, and stops nobody', () => {
  it.each([
    ['read_file', { path: 'locked.txt' }, 'DENIED'],
    ['list_directory', { path: 'locked' }, 'DENIED'],
    ['read_file', { path: 'locked/inner.txt' }, 'NOT_FOUND'],
    ['stat', { path: 'locked.txt' }, 'ok'],
    ['tree', { path: '.' }, 'ok'],
    ['find_files', { path: '.', glob: '**/*.txt' }, 'ok'],
    ['search_text', { path: '.', pattern: 'inside' }, 'ok'],
    ['write_file', { path: 'locked/new.txt', content: 'x' }, 'DENIED'],
  ])('%s %j: %s', async (tool, args, verdict) => {
    expect((await settle(client.callTool(tool, args))).code ?? 'ok').toBe(verdict);
  });
});
