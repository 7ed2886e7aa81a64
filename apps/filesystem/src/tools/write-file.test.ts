import { chmod, link, lstat, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { openWorkshop } from '../../test/open-workshop.ts';

it('makes a file, and replaces it for one who knows its etag', async () => {
  await using shop = await openWorkshop();
  const first = await shop.call('write_file', { path: 'a.txt', content: 'one' });
  expect(first).toEqual({ etag: expect.any(String), bytes: 3, created: true });
  const { etag } = first as { etag: string };
  expect(await shop.call('stat', { path: 'a.txt' })).toMatchObject({ etag });
  const second = await shop.call('write_file', { path: 'a.txt', content: 'two', ifMatch: etag });
  expect(second).toMatchObject({ bytes: 3, created: false });
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('two');
  const stale = shop.call('write_file', { path: 'a.txt', content: 'three', ifMatch: etag });
  await expect(stale).rejects.toMatchObject({ code: 'CONFLICT', details: { etag: (second as { etag: string }).etag } });
  expect(shop.asked).toEqual([]);
});

it('asks before it replaces what the caller has not read', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'old' } });
  await shop.call('write_file', { path: 'a.txt', content: 'new' });
  expect(shop.asked).toEqual(['Replace all of the file "a.txt"?']);
  await using refusing = await shop.connect({ onAsk: () => Promise.resolve({ action: 'decline' }) });
  await using mute = await shop.connect();
  const args = { path: 'a.txt', content: 'newer' };
  await expect(refusing.callTool('write_file', args)).rejects.toMatchObject({ code: 'DENIED' });
  await expect(mute.callTool('write_file', args)).rejects.toMatchObject({
    code: 'DENIED',
    message: expect.stringContaining('--no-confirm'),
  });
  expect(await readFile(join(shop.root, 'a.txt'), 'utf8')).toBe('new');
});

it('does not ask with --no-confirm', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'old' }, args: ['--no-confirm'] });
  await using mute = await shop.connect();
  expect((await mute.callTool('write_file', { path: 'a.txt', content: 'new' })).data).toMatchObject({ created: false });
});

it('never replaces with ifAbsent, however many try', async () => {
  await using shop = await openWorkshop();
  for (let turn = 0; turn < 20; turn += 1) {
    const path = `${turn}.txt`;
    // Some come while the file of the one that wins has two names.
    const tries = Array.from({ length: 20 }, async (_, index) => {
      await setTimeout(index / 2);
      return shop.call('write_file', { path, content: String(index), ifAbsent: true });
    });
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' });
  }
  expect(await shop.list()).toHaveLength(20);
});

it('never replaces with ifAbsent what another server makes at the same time', async () => {
  await using shop = await openWorkshop();
  await using other = await openWorkshop({ args: ['--root', `shop=${shop.root}`] });
  for (let turn = 0; turn < 20; turn += 1) {
    const path = `${turn}.txt`;
    const mine = shop.call('write_file', { path, content: 'mine', ifAbsent: true });
    const theirs = other.call('write_file', { path: `shop/${path}`, content: 'theirs', ifAbsent: true });
    const outcomes = await Promise.allSettled([mine, theirs]);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'written' : outcome.reason.code)).toSorted()).toEqual([
      'CONFLICT',
      'written',
    ]);
    const winner = outcomes[0].status === 'fulfilled' ? 'mine' : 'theirs';
    expect(await readFile(join(shop.root, path), 'utf8')).toBe(winner);
  }
});

it('lets one of many win who know the same etag', async () => {
  await using shop = await openWorkshop();
  const { etag } = (await shop.call('write_file', { path: 'a.txt', content: 'x' })) as { etag: string };
  const tries = Array.from({ length: 20 }, async (_, index) =>
    shop.call('write_file', { path: 'a.txt', content: String(index), ifMatch: etag }),
  );
  const outcomes = await Promise.allSettled(tries);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('makes folders only when it is told to', async () => {
  await using shop = await openWorkshop();
  const args = { path: 'one/two/a.txt', content: 'x' };
  await expect(shop.call('write_file', args)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await shop.list()).toEqual([]);
  await shop.call('write_file', { ...args, createParents: true });
  expect(await shop.list()).toEqual(['one', 'one/two', 'one/two/a.txt']);
});

it('keeps the mode, and never widens it', async () => {
  await using shop = await openWorkshop({ files: { 'a.sh': 'x', 'secret.txt': 'x' } });
  await chmod(join(shop.root, 'a.sh'), 0o755);
  await chmod(join(shop.root, 'secret.txt'), 0o600);
  for (const path of ['a.sh', 'secret.txt']) await shop.call('write_file', { path, content: 'y' });
  expect((await stat(join(shop.root, 'a.sh'))).mode & 0o7777).toBe(0o755);
  expect((await stat(join(shop.root, 'secret.txt'))).mode & 0o7777).toBe(0o600);
});

it('writes every encoding', async () => {
  await using shop = await openWorkshop();
  const write = async (encoding: string, content: string): Promise<Buffer> => {
    await shop.call('write_file', { path: encoding, content, encoding });
    return readFile(join(shop.root, encoding));
  };
  expect(await write('utf-8', 'é')).toEqual(Buffer.from('é'));
  expect(await write('latin1', 'é')).toEqual(Buffer.from([0xe9]));
  expect(await write('utf-16le', 'é')).toEqual(Buffer.from('\ufeffé', 'utf16le'));
  expect(await write('utf-16be', '\ufeffé')).toEqual(Buffer.from([0xfe, 0xff, 0, 0xe9]));
  expect(await write('base64', 'AP/+')).toEqual(Buffer.from([0, 0xff, 0xfe]));
});

it('writes through a link inside of the root, which stays', async () => {
  await using shop = await openWorkshop({ files: { 'deep/real.txt': 'old' } });
  await symlink('deep/real.txt', join(shop.root, 'alias.txt'));
  await shop.call('write_file', { path: 'alias.txt', content: 'new' });
  expect(await readFile(join(shop.root, 'deep/real.txt'), 'utf8')).toBe('new');
  expect((await lstat(join(shop.root, 'alias.txt'))).isSymbolicLink()).toBe(true);
});

it('writes nothing through a link to a name that is no text, which would be another one', async () => {
  await using shop = await openWorkshop();
  const name = Buffer.from('caf\u00e9', 'latin1');
  await writeFile(Buffer.concat([Buffer.from(`${shop.root}/`), name]), 'old');
  await symlink(name, join(shop.root, 'alias.txt'));
  await expect(shop.call('write_file', { path: 'alias.txt', content: 'new' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await shop.list()).toHaveLength(2);
});

it('writes to a file with a second name only when the operator allows it', async () => {
  await using shop = await openWorkshop({ files: { 'a.txt': 'old' } });
  await link(join(shop.root, 'a.txt'), join(shop.outside, 'b.txt'));
  const refused = shop.call('write_file', { path: 'a.txt', content: 'new' });
  await expect(refused).rejects.toMatchObject({ code: 'DENIED', hint: expect.stringContaining('--hard-links') });
  await using free = await openWorkshop({ files: { 'a.txt': 'old' }, args: ['--hard-links'] });
  await link(join(free.root, 'a.txt'), join(free.outside, 'b.txt'));
  await free.call('write_file', { path: 'a.txt', content: 'new' });
  expect(await readFile(join(free.outside, 'b.txt'), 'utf8')).toBe('old');
});

it('leaves nothing at the top of the root when the server has gone', async () => {
  const shop = await openWorkshop();
  await shop.call('write_file', { path: 'a.txt', content: 'x' });
  expect(await readdir(shop.root)).toContain('.trellis-trash');
  const server = await shop.connect();
  await server.close();
  await shop[Symbol.asyncDispose]();
});
