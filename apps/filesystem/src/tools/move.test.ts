import { link, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openWorkshop } from '../../test/open-workshop.ts';

it('moves files, folders and links', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'folder/b.txt': 'b' } });
  await symlink('/etc/hostname', join(shop.root, 'link'));
  const moved = await shop.call('move', { from: 'a.txt', to: 'folder/c.txt' });
  expect(moved).toEqual({ from: 'a.txt', to: 'folder/c.txt', etag: expect.any(String) });
  expect(await shop.call('stat', { path: 'folder/c.txt' })).toMatchObject({ etag: (moved as { etag: string }).etag });
  expect((await stat(join(shop.root, 'folder/c.txt'))).nlink).toBe(1);
  expect(await shop.call('move', { from: 'folder', to: 'other' })).toEqual({ from: 'folder', to: 'other' });
  await shop.call('move', { from: 'link', to: 'other/link' });
  expect(await readlink(join(shop.root, 'other/link'))).toBe('/etc/hostname');
  expect(await shop.list()).toEqual(['other', 'other/b.txt', 'other/c.txt', 'other/link']);
});

it('replaces a file only when it is told to, and asks', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'b.txt': 'b' } });
  const args = { from: 'a.txt', to: 'b.txt' };
  await expect(shop.call('move', args)).rejects.toMatchObject({ code: 'CONFLICT' });
  await using mute = await shop.connect();
  await expect(mute.callTool('move', { ...args, overwrite: true })).rejects.toMatchObject({ code: 'DENIED' });
  expect(await readFile(join(shop.root, 'b.txt'), 'utf8')).toBe('b');
  await shop.call('move', { ...args, overwrite: true });
  expect(shop.asked).toEqual(['Replace "b.txt"?']);
  expect(await readFile(join(shop.root, 'b.txt'), 'utf8')).toBe('a');
  expect(await shop.list()).toEqual(['b.txt']);
});

it('leaves one name of a file that had two', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'a' } });
  await link(join(shop.root, 'a.txt'), join(shop.root, 'b.txt'));
  await shop.call('move', { from: 'a.txt', to: 'b.txt', overwrite: true });
  expect(await shop.list()).toEqual(['b.txt']);
});

it('lets one of many take a name', async () => {
  const files = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${index}.txt`, String(index)]));
  await using shop = await openWorkshop({ files });
  const outcomes = await Promise.allSettled(Object.keys(files).map(async (from) => shop.call('move', { from, to: 'taken.txt' })));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await shop.list()).toHaveLength(10);
});

it('neither replaces folders nor puts one into itself', async () => {
  await using shop = await openWorkshop({ files: { 'one/a.txt': 'a', 'two/b.txt': 'b', 'c.txt': 'c' } });
  for (const [from, to, code] of [
    ['one', 'two', 'CONFLICT'],
    ['c.txt', 'two', 'CONFLICT'],
    ['one', 'c.txt', 'CONFLICT'],
    ['one', 'one/two', 'INVALID_INPUT'],
    ['one', 'one', 'INVALID_INPUT'],
  ]) {
    await expect(shop.call('move', { from, to, overwrite: true })).rejects.toMatchObject({ code });
  }
  expect(await shop.list()).toEqual(['c.txt', 'one', 'one/a.txt', 'two', 'two/b.txt']);
});

it('shows nothing at a new place that was hidden at the old one', async () => {
  await using shop = await openWorkshop({ files: { 'one/secret.txt': 's', 'one/a.txt': 'a' }, args: ['--exclude', '/one/secret.txt'] });
  await expect(shop.call('move', { from: 'one', to: 'two' })).rejects.toMatchObject({ code: 'DENIED' });
  await expect(shop.call('move', { from: 'one/secret.txt', to: 'two.txt' })).rejects.toMatchObject({ code: 'DENIED' });
  await expect(shop.call('move', { from: 'one/a.txt', to: 'one/secret.txt', overwrite: true })).rejects.toMatchObject({ code: 'DENIED' });
  await shop.call('copy', { from: 'one', to: 'three' });
  expect(await shop.list()).toEqual(['one', 'one/a.txt', 'one/secret.txt', 'three', 'three/a.txt']);
});

it('moves a file to another file system, and refuses a folder with the reason', async () => {
  await using far = await openWorkshop({ place: '/dev/shm' });
  await using shop = await openWorkshop({ files: { 'a.txt': 'a', 'folder/b.txt': 'b' }, args: ['--root', `far=${far.root}`] });
  expect((await stat(far.root)).dev).not.toBe((await stat(shop.root)).dev);
  await shop.call('move', { from: 'root/a.txt', to: 'far/a.txt' });
  expect(await far.list()).toEqual(['a.txt']);
  const folder = shop.call('move', { from: 'root/folder', to: 'far/folder' });
  await expect(folder).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('another file system') });
  await shop.call('copy', { from: 'root/folder', to: 'far/folder' });
  await writeFile(join(shop.root, 'c.txt'), 'c');
  await shop.call('move', { from: 'root/c.txt', to: 'far/a.txt', overwrite: true });
  expect(await readFile(join(far.root, 'a.txt'), 'utf8')).toBe('c');
  expect(await shop.list()).toEqual(['folder', 'folder/b.txt']);
});

it('moves and deletes no root', async () => {
  await using inner = await openWorkshop({ files: { 'deep/a.txt': 'a' } });
  await using shop = await openWorkshop({ args: ['--root', `outer=${join(inner.root, '..')}`, '--root', `inner=${inner.root}`] });
  for (const path of ['inner', 'outer/root', inner.root]) {
    await expect(shop.call('delete', { path, recursive: true })).rejects.toMatchObject({ code: 'DENIED' });
    await expect(shop.call('move', { from: path, to: 'outer/moved' })).rejects.toMatchObject({ code: 'DENIED' });
  }
  expect(await inner.list()).toEqual(['deep', 'deep/a.txt']);
});
