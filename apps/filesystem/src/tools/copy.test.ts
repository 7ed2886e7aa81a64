import { execFile } from 'node:child_process';
import { chmod, readFile, readdir, readlink, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { openWorkshop } from '../../test/open-workshop.ts';

it('copies a file with its mode, and replaces one only when told and agreed', async () => {
  await using shop = await openWorkshop({ files: { 'a.sh': 'a', 'b.txt': 'b' } });
  await chmod(join(shop.root, 'a.sh'), 0o700);
  const copied = await shop.call('copy', { from: 'a.sh', to: 'c.sh' });
  expect(copied).toEqual({ from: 'a.sh', to: 'c.sh', etag: expect.any(String) });
  expect((await stat(join(shop.root, 'c.sh'))).mode & 0o777).toBe(0o700);
  await expect(shop.call('copy', { from: 'a.sh', to: 'b.txt' })).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(shop.call('copy', { from: 'a.sh', to: 'a.sh', overwrite: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await shop.call('copy', { from: 'a.sh', to: 'b.txt', overwrite: true });
  expect(shop.asked).toEqual(['Replace all of the file "b.txt"?']);
  expect(await readFile(join(shop.root, 'b.txt'), 'utf8')).toBe('a');
});

it('copies a folder: links that stay in it, nothing from outside, names that are no text', async () => {
  await using shop = await openWorkshop({ files: { 'one/a.txt': 'a', 'one/deep/b.txt': 'b' } });
  const one = join(shop.root, 'one');
  await symlink('deep/b.txt', join(one, 'in'));
  await symlink('../a.txt', join(one, 'deep/up'));
  await symlink('../../../outside', join(one, 'deep/out'));
  await symlink(shop.outside, join(one, 'absolute'));
  await promisify(execFile)('mkfifo', [join(one, 'fifo')]);
  await promisify(execFile)('sh', ['-c', `printf x > "${one}/$(printf 'caf\\351')"`]);
  await chmod(join(one, 'deep'), 0o500);
  expect(await shop.call('copy', { from: 'one', to: 'two' })).toEqual({ from: 'one', to: 'two', skipped: 3 });
  const names = await readdir(join(shop.root, 'two'), { encoding: 'latin1', recursive: true });
  expect(names.toSorted()).toEqual(['a.txt', 'caf\u00e9', 'deep', 'deep/b.txt', 'deep/up', 'in']);
  expect(await readlink(join(shop.root, 'two/deep/up'))).toBe('../a.txt');
  expect((await stat(join(shop.root, 'two/deep'))).mode & 0o777).toBe(0o500);
});

it('leaves nothing of a folder that is too large, too deep or has too many entries', async () => {
  const files = { 'one/a/b/c/d.txt': 'x'.repeat(900), 'one/e.txt': 'x'.repeat(900) };
  for (const flag of ['--max-write-bytes=1024', '--max-depth=2', '--max-entries=10']) {
    const more = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`one/${index}`, '']));
    await using shop = await openWorkshop({ files: flag.includes('entries') ? { ...files, ...more } : files, args: [flag] });
    const before = await shop.list();
    const refusal = { code: 'LIMIT', hint: expect.stringContaining(flag.split('=')[0] ?? '') };
    await expect(shop.call('copy', { from: 'one', to: 'two' })).rejects.toMatchObject(refusal);
    expect(await shop.list()).toEqual(before);
  }
});

it('puts no folder into itself or onto another', async () => {
  await using shop = await openWorkshop({ files: { 'one/a.txt': 'a', 'two/b.txt': 'b' } });
  await symlink('one', join(shop.root, 'alias'));
  const before = await shop.list();
  await expect(shop.call('copy', { from: 'one', to: 'one/two' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(shop.call('copy', { from: 'alias', to: 'one/two' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(shop.call('copy', { from: 'one', to: 'two', overwrite: true })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await shop.list()).toEqual(before);
});
