import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { openArena } from './open-arena.ts';
import { settle } from './run-races.ts';

const calls = [
  ['read_file', { path: 'file.txt' }],
  ['list_directory', { path: '.' }],
  ['tree', { path: '.' }],
  ['find_files', { path: '.', glob: '**' }],
  ['search_text', { path: '.', pattern: 'outside' }],
  ['write_file', { path: 'new.txt', content: 'x' }],
  ['make_directory', { path: 'new' }],
  ['copy', { from: 'file.txt', to: 'copy.txt' }],
  ['move', { from: 'file.txt', to: 'moved.txt' }],
  ['delete', { path: 'c/file.txt' }],
] as const;

async function callAll(client: Connection): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = [];
  for (const [tool, args] of calls) answers.push((await settle(client.callTool(tool, args))).code);
  return answers;
}

it('serves nothing of what has taken the place of its root, and puts nothing there, also when it ends', async () => {
  await using arena = await openArena();
  const { root, outside, top } = arena;
  await mkdir(join(root, 'c'));
  await mkdir(join(outside, 'c'));
  for (const folder of [root, outside]) for (const name of ['file.txt', 'c/file.txt']) await writeFile(join(folder, name), 'same');
  await arena.seal();
  const server = await startInProcess(app, { args: ['--root', root, '--write', '--no-confirm'] });
  const client = await server.connect();
  await client.callTool('delete', { path: 'c/file.txt' });
  await rename(root, join(top, 'away'));
  await symlink(outside, root);
  expect(await callAll(client)).toEqual(calls.map(() => 'NOT_FOUND'));
  await server.close();
  await rm(root);
  await rename(join(top, 'away'), root);
  expect(await arena.findDamage()).toEqual([]);
});

it('puts nothing where a link has taken the place of its trash', async () => {
  await using arena = await openArena();
  const { root, outside } = arena;
  await writeFile(join(root, 'file.txt'), 'mine');
  await symlink(outside, join(root, '.trellis-trash'));
  await arena.seal();
  await using server = await startInProcess(app, { args: ['--root', root, '--write', '--no-confirm'] });
  const client = await server.connect();
  expect((await settle(client.callTool('delete', { path: 'file.txt' }))).code).toMatch(/CONFLICT|DENIED/);
  expect((await settle(client.callTool('restore', { trashId: 'made-up' }))).code).toMatch(/NOT_FOUND|CONFLICT|DENIED/);
  expect((await settle(client.callTool('write_file', { path: 'file.txt', content: 'new' }))).code).toBeUndefined();
  await server.close();
  expect(await arena.findDamage()).toEqual([]);
});
