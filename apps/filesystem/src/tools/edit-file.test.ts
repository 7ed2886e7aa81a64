import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openWorkshop } from '../../test/open-workshop.ts';

it('changes the text, tells what changed, and asks nobody', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'one\ntwo\nthree\n' } });
  const outcome = await shop.call('edit_file', { path: 'a.txt', edits: [{ oldText: 'two', newText: '$&2' }] });
  expect(outcome).toEqual({
    diff: '--- a.txt\n+++ a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+$&2\n three\n',
    etag: expect.any(String),
    replacements: 1,
  });
  expect(await shop.call('stat', { path: 'a.txt' })).toMatchObject({ etag: (outcome as { etag: string }).etag });
  expect(shop.asked).toEqual([]);
});

const files: readonly [title: string, bytes: Buffer, after: Buffer][] = [
  ['\\r\\n', Buffer.from('a\r\nb\r\n'), Buffer.from('a\r\nx\r\ny\r\n')],
  ['a byte order mark', Buffer.from('\ufeffa\nb\n'), Buffer.from('\ufeffa\nx\ny\n')],
  ['UTF-16', Buffer.from('\ufeffé\r\nb\r\n', 'utf16le'), Buffer.from('\ufeffé\r\nx\r\ny\r\n', 'utf16le')],
  ['Latin-1', Buffer.from('caf\u00e9\nb\n', 'latin1'), Buffer.from('caf\u00e9\nx\ny\n', 'latin1')],
  ['mixed endings and no last one', Buffer.from('a\r\nc\nb'), Buffer.from('a\r\nc\nx\r\ny')],
];
it.each(files)('keeps %s', async (_title, bytes, after) => {
  await using shop = await openWorkshop({ files: { 'a.txt': bytes } });
  await chmod(join(shop.root, 'a.txt'), 0o640);
  await shop.call('edit_file', { path: 'a.txt', edits: [{ oldText: 'b', newText: 'x\ny' }] });
  expect(await readFile(join(shop.root, 'a.txt'))).toEqual(after);
  expect((await stat(join(shop.root, 'a.txt'))).mode & 0o7777).toBe(0o640);
});

it('puts no Latin-1 into a file that is read as UTF-8', async () => {
  const bytes = Buffer.concat([Buffer.from('\u00e9 one\n'), Buffer.alloc(9_000, 'a'), Buffer.from([0xff])]);
  await using shop = await openWorkshop({ files: { 'a.txt': bytes } });
  const edit = async (newText: string): Promise<unknown> => shop.call('edit_file', { path: 'a.txt', edits: [{ oldText: 'one', newText }] });
  await expect(edit('\u00fc')).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('only ASCII') });
  await edit('two');
  expect(await readFile(join(shop.root, 'a.txt'))).toEqual(Buffer.concat([Buffer.from('\u00e9 two\n'), bytes.subarray(7)]));
});

it('loses no edit of many at once', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line <${index}>\n`);
  await using shop = await openWorkshop({ files: { 'a.txt': lines.join('') } });
  await symlink('a.txt', join(shop.root, 'alias.txt'));
  const edits = lines.map(async (_, index) =>
    shop.call('edit_file', {
      path: index % 2 === 0 ? 'a.txt' : './alias.txt',
      edits: [{ oldText: `<${index}>`, newText: `done ${index}` }],
    }),
  );
  await Promise.all(edits);
  const done = lines.map((_, index) => `line done ${index}\n`).join('');
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe(done);
  expect(await shop.list()).toEqual(['a.txt', 'alias.txt']);
});

it('changes nothing in a dry run, nor when one edit of several does not fit', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'one two' } });
  const fits = { oldText: 'one', newText: '1' };
  const dry = await shop.call('edit_file', { path: 'a.txt', edits: [fits], dryRun: true });
  expect(dry).toMatchObject({ diff: expect.stringContaining('+1 two'), replacements: 1 });
  expect(await shop.call('stat', { path: 'a.txt' })).toMatchObject({ etag: (dry as { etag: string }).etag });
  const batch = shop.call('edit_file', { path: 'a.txt', edits: [fits, { oldText: 'three', newText: '3' }] });
  await expect(batch).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('edits[1]') });
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('one two');
});

it('refuses a file that another program has changed since it was read', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'one' } });
  const { etag } = (await shop.call('stat', { path: 'a.txt' })) as { etag: string };
  await writeFile(join(shop.root, 'a.txt'), 'one more');
  const stale = shop.call('edit_file', { path: 'a.txt', edits: [{ oldText: 'one', newText: '1' }], ifMatch: etag });
  await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('etag') });
});
