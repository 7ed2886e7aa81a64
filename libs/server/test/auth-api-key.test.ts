import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { apiKeyCommand } from '../src/cli/api-key-command.ts';
import { runAppCommand } from '../src/cli/run-app-command.ts';
import { guardedApp } from './fixture/guarded-app.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { spawnGuarded } from './fixture/spawn-guarded.ts';
import { startGuarded } from './fixture/start-guarded.ts';

const create = (flags: Readonly<Record<string, string>>) =>
  runAppCommand({ program: 'trellis-guarded', command: apiKeyCommand(guardedApp), config: guardedApp.settings.parse({}), flags });

it('makes a key that the server takes once its entry is in the file', async () => {
  const args = ['api-key', 'create', '--name', 'ci', '--scope', 'notes:read', '--tenant', 'acme', '--format', 'json'];
  await using probe = await spawnGuarded(args, { maySayAloud: ['stdout'] });
  expect(await probe.exit).toEqual({ code: 0, signal: null });
  expect(probe.stderr).toBe('');
  const { key, entry } = JSON.parse(probe.stdout) as { key: string; entry: unknown };
  const folder = await mkdtemp(join(tmpdir(), 'api-key-'));
  const apiKeysFile = join(folder, 'keys.json');
  await writeFile(apiKeysFile, JSON.stringify({ keys: [entry] }));
  await using server = await startGuarded({ config: { apiKeysFile } });
  const call = (name: string) => postMessage(server.url, 'tools/call', { params: { name, arguments: {} }, headers: bearer(key) });
  expect((await call('whoami')).text).toContain('"id":"key:ci"');
  expect([(await call('read_note')).status, (await call('write_note')).status]).toEqual([200, 403]);
  await rm(folder, { recursive: true });
});

it('shows people the key once, and an entry without it', async () => {
  const {
    code,
    stdout = '',
    stderr,
  } = await create({ name: 'ci', scope: 'notes:read, health:read', 'expires-at': '2030-01-01T00:00:00Z' });
  const [, key = '', entry = ''] = /\n(trellis_[\w-]{43})\n[^]*\n(\{.*\})\n$/.exec(stdout) ?? [];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split(key)).toHaveLength(2);
  expect(JSON.parse(entry)).toEqual({
    name: 'ci',
    hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    scopes: ['notes:read', 'health:read'],
    expiresAt: '2030-01-01T00:00:00Z',
  });
});

it('says when this server has no such scope', async () => {
  const { code, stderr } = await create({ name: 'ci', scope: 'notes:raed' });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'trellis-guarded has no scope notes:raed; its own are health:read, notes:read, notes:write.\n',
  });
});

it.each([
  ['a name with a space', { name: 'c i', scope: 'a' }, /name does not match/],
  ['a name like a path', { name: '../ci', scope: 'a' }, /name does not match/],
  ['a scope with a quote', { name: 'ci', scope: 'a"b' }, /scopes\[0\] does not match/],
  ['an end that is no time', { name: 'ci', scope: 'a', 'expires-at': 'tomorrow' }, /expiresAt does not match.* --expires-at 2027/],
  ['an empty tenant', { name: 'ci', scope: 'a', tenant: '' }, /tenant does not match/],
])('makes none for %s', async (_title, flags, says) => {
  expect(await create(flags)).toEqual({ code: 78, stderr: expect.stringMatching(says) });
});
