import { lstat, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { expectClosed } from '../../test/expect-closed.ts';
import { openWorkshop, type Workshop } from '../../test/open-workshop.ts';

async function trash(shop: Workshop, path: string, recursive = false): Promise<string> {
  return ((await shop.call('delete', { path, recursive })) as { trashId: string }).trashId;
}

async function readTrash({ root }: Workshop): Promise<readonly string[]> {
  return (await readdir(join(root, '.trellis-trash'))).filter((name) => !/^(journal-|\.gitignore)/.test(name));
}

it('takes files, links and folders away, and puts them back', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'folder/b.txt': 'b', 'folder/c/d.txt': 'd' } });
  await symlink('/etc/hostname', join(shop.root, 'link'));
  const before = await shop.list();
  const ids = [await trash(shop, 'a.txt'), await trash(shop, 'link'), await trash(shop, 'folder', true)];
  expect(shop.asked).toEqual(['Delete the folder "folder" with the 3 entries in it?']);
  expect(await shop.list()).toEqual([]);
  for (const trashId of ids) await shop.call('restore', { trashId });
  expect(await shop.list()).toEqual(before);
  expect(await readFile(join(shop.root, 'folder/c/d.txt'), 'utf8')).toBe('d');
  expect(await readlink(join(shop.root, 'link'))).toBe('/etc/hostname');
  expect((await lstat(join(shop.root, 'a.txt'))).nlink).toBe(1);
  expect(await readTrash(shop)).toEqual([]);
});

it('takes a folder that is not empty only when told and agreed', async () => {
  await using shop = await openWorkshop({ files: { 'folder/b.txt': 'b' } });
  await expect(trash(shop, 'folder')).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: expect.stringContaining('recursive') });
  await using mute = await shop.connect();
  const denied = mute.callTool('delete', { path: 'folder', recursive: true });
  await expect(denied).rejects.toMatchObject({ code: 'DENIED', message: expect.stringContaining('--no-confirm') });
  await trash(shop, 'folder/b.txt');
  await trash(shop, 'folder');
  expect(shop.asked).toEqual([]);
  expect(await shop.list()).toEqual([]);
});

it('restores nothing over what is there, and nothing twice', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'old', 'folder/b.txt': 'b' } });
  const [file, folder] = [await trash(shop, 'a.txt'), await trash(shop, 'folder', true)];
  await shop.call('write_file', { path: 'a.txt', content: 'new' });
  await shop.call('make_directory', { path: 'folder' });
  for (const trashId of [file, folder]) await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('new');
  await trash(shop, 'a.txt');
  const twice = await Promise.allSettled([1, 2, 3].map(async () => shop.call('restore', { trashId: file })));
  expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('old');
});

it('says of a folder that is gone what to do', async () => {
  await using shop = await openWorkshop({ files: { 'folder/b.txt': 'b' } });
  const trashId = await trash(shop, 'folder/b.txt');
  await trash(shop, 'folder');
  await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await shop.call('make_directory', { path: 'folder' });
  expect(await shop.call('restore', { trashId })).toEqual({ path: 'folder/b.txt' });
});

it('answers the same to every id that it does not know', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a' } });
  const trashId = await trash(shop, 'a.txt');
  const last = trashId.at(-1) === 'A' ? 'B' : 'A';
  for (const id of [`${trashId.slice(0, -1)}${last}`, '..', '../a.txt', `${trashId}/item`, `gone-${trashId}`, 'x'.repeat(99), 'a\u0000b']) {
    const answer = shop.call('restore', { trashId: id });
    if (id.includes('\0')) await expect(answer).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    else await expect(answer).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'Nothing in the trash has this id.' });
  }
});

it('restores nothing out of the root, whatever the trash was made to say', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a' } });
  const trashId = await trash(shop, 'a.txt');
  const info = join(shop.root, '.trellis-trash', trashId, 'info.json');
  for (const names of [['..', 'outside', 'a.txt'], ['a/../../b'], ['.trellis-trash', 'x'], [], 'a', ['']]) {
    await writeFile(info, JSON.stringify(names));
    await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ code: expect.stringMatching(/NOT_FOUND|DENIED/) });
  }
  expect(await readdir(shop.outside)).toEqual([]);
});

it('gives up the oldest when there is no room, and takes nothing larger than itself', async () => {
  const files = { 'a.txt': 'a'.repeat(600), 'b.txt': 'b'.repeat(600), 'c.txt': 'c'.repeat(1600) };
  await using shop = await openWorkshop({ files, args: ['--trash-max-bytes', '1000'] });
  const first = await trash(shop, 'a.txt');
  await sleep(5);
  const second = await trash(shop, 'b.txt');
  await expect(trash(shop, 'c.txt')).rejects.toMatchObject({ code: 'LIMIT', hint: expect.stringContaining('--trash-max-bytes') });
  await expect(shop.call('restore', { trashId: first })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await until(async () => (await readTrash(shop)).length === 1);
  expect(await shop.call('restore', { trashId: second })).toEqual({ path: 'b.txt' });
  expect(await shop.list()).toEqual(['b.txt', 'c.txt']);
});

it('keeps what is deleted, whatever trash a checkout brings', async () => {
  const id = (since: string, bytes: string, letter: string): string => `.trellis-trash/${since}-${bytes}-${letter.repeat(22)}`;
  const [late, huge, loop] = [id('zzzzzzzzz', '4g6', 'A'), id('mw000000', 'zzzzzzzzzz', 'B'), id('mw000000', '1', 'C')];
  const files = { 'a.txt': 'a', [`${late}/item`]: 'x', [`${huge}/item`]: 'x' };
  await using shop = await openWorkshop({ files, args: ['--trash-max-bytes', '5766', '--trash-ttl-ms', '365d'] });
  await symlink(loop.slice('.trellis-trash/'.length), join(shop.root, loop));
  const trashId = await trash(shop, 'a.txt');
  await until(async () => !(await readTrash(shop)).some((name) => name.includes('BBBB')));
  expect(await shop.call('restore', { trashId })).toEqual({ path: 'a.txt' });
});

it('leaves nothing open of what it cannot restore', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'b.txt': 'b' } });
  const [bare, linked] = [await trash(shop, 'a.txt'), await trash(shop, 'b.txt')];
  for (const trashId of [bare, linked]) await rm(join(shop.root, '.trellis-trash', trashId, 'info.json'));
  await symlink('/etc/hostname', join(shop.root, '.trellis-trash', linked, 'info.json'));
  for (const trashId of [bare, linked])
    await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ message: 'Nothing in the trash has this id.' });
  await expectClosed(join(shop.root, '.trellis-trash', bare));
  await expectClosed(join(shop.root, '.trellis-trash', linked));
});

it('gives up what is too old', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'b.txt': 'b' }, args: ['--trash-ttl-ms', '1s'] });
  const trashId = await trash(shop, 'a.txt');
  await sleep(1100);
  await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await trash(shop, 'b.txt');
  await until(async () => (await readTrash(shop)).length === 1);
});

it('follows no link that was put in the place of the trash', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a' } });
  await symlink(shop.outside, join(shop.root, '.trellis-trash'));
  await expect(trash(shop, 'a.txt')).rejects.toMatchObject({ code: expect.stringMatching(/CONFLICT|DENIED/) });
  const trashId = `${Date.now().toString(36)}-1-${'A'.repeat(22)}`;
  await expect(shop.call('restore', { trashId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await readdir(shop.outside)).toEqual([]);
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('a');
  await rm(join(shop.root, '.trellis-trash'));
});
