import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadConfig } from '@trellis-mcp/config';
import { app } from '../../test/fixture/app.ts';
import { clientNames, commands } from './commands.ts';
import { printClientConfig } from './print-client-config.ts';

const program = { execPath: '/usr/bin/node', execArgv: [], entry: '' };

async function print(client: string, argv: readonly string[], entry: string): Promise<string> {
  const loaded = await loadConfig(app.settings, {
    argv: ['config', 'print', '--client', client, ...argv],
    env: { TRELLIS_STATE_KEYS: 'a-very-secret-key-of-32-characters' },
    program: app.name,
    version: app.version,
    description: app.description,
    commands,
  });
  if (loaded.kind === 'exit') {
    throw new Error(loaded.stderr);
  }
  const { block, note } = await printClientConfig(app, { ...loaded, client, program: { ...program, entry } });
  return `${block}--- on standard error ---\n${note}`;
}

let folder: string;
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-'));
  const root = join(folder, 'node_modules', '@trellis-mcp', 'fixture-server');
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{ "name": "@trellis-mcp/fixture-server" }');
  await writeFile(join(root, 'dist', 'package.json'), '{ "type": "module" }');
  installed = join(root, 'dist', 'main.js');
  await writeFile(installed, '');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const cases = clientNames.flatMap((client) => [
  { client, transport: 'stdio', argv: ['--redis-url', 'redis://user:hunter2@localhost:1', '--tools', 'say_hello,wait_for'] },
  { client, transport: 'http', argv: ['--transport', 'http', '--port', '3101'] },
]);

it.each(cases)('prints for $client over $transport what its golden file says', async ({ client, transport, argv }) => {
  const golden = new URL(`../../test/golden/${client}-${transport}.txt`, import.meta.url);
  const printed = await print(client, argv, installed);
  expect(printed).toBe(await readFile(golden, 'utf8'));
});

it.each(clientNames)('prints valid JSON or TOML, and no secret, for %s', async (client) => {
  const [block = ''] = (await print(client, ['--redis-url', 'redis://user:hunter2@localhost:1'], installed)).split('--- on');
  expect(block).not.toMatch(/hunter2|a-very-secret/);
  expect(block).not.toMatch(/npm run/);
  if (client !== 'codex') {
    expect(() => JSON.parse(block)).not.toThrow();
  }
});

it('prints this Node and the absolute path of the main module in a checkout', async () => {
  const main = new URL('../../test/fixture/main.ts', import.meta.url).pathname;
  const [block = ''] = (await print('cursor', [], main)).split('--- on');
  expect(JSON.parse(block)).toMatchObject({ mcpServers: { 'trellis-fixture': { command: '/usr/bin/node', args: [main] } } });
});

it('names a configuration file by its absolute path, and repeats nothing of it', async () => {
  const file = join(folder, 'settings.json');
  await writeFile(file, JSON.stringify({ tools: ['say_hello'], redisUrl: 'redis://user:hunter2@localhost:1' }));
  const [block = ''] = (await print('cursor', ['--config', relative(process.cwd(), file), '--log-level', 'warn'], installed)).split(
    '--- on',
  );
  const server = { command: 'npx', args: [expect.anything(), expect.anything(), `--config=${file}`, '--log-level=warn'] };
  expect(JSON.parse(block)).toMatchObject({
    mcpServers: { 'trellis-fixture': { ...server, env: { TRELLIS_STATE_KEYS: expect.anything() } } },
  });
  expect(block).not.toContain('REDIS_URL');
});

it('refuses a URL that is not known yet', async () => {
  await expect(print('cursor', ['--transport', 'http', '--port', '0'], installed)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
