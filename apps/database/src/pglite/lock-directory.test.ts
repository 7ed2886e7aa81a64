import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { lockDirectory } from './lock-directory.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trellis-lock-'));
  await writeFile(join(directory, 'PG_VERSION'), '18\n');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('holds a directory until it is released', async () => {
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'CONFLICT' });
  await lock.release();
  await (await lockDirectory(directory)).release();
});

it('takes over from a process that is gone', async () => {
  await writeFile(join(directory, 'trellis.lock'), '999999999');
  const lock = await lockDirectory(directory);
  expect(await readFile(join(directory, 'trellis.lock'), 'utf8')).toMatch(new RegExp(`^${String(process.pid)}\n`));
  await lock.release();
});

it('takes over from a process that was killed and had the same id, as each has in a container', async () => {
  await writeFile(join(directory, 'trellis.lock'), `${String(process.pid)}\n${hostname()}\nof the one before`);
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'CONFLICT' });
  await lock.release();
});

it.each([
  ['another host, whose processes nobody here knows', '999999999\nsome-other-host\nx'],
  ['one who is just writing it', ''],
])('leaves the lock of %s', async (_whose, text) => {
  await writeFile(join(directory, 'trellis.lock'), text);
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining('delete trellis.lock') });
  expect(await readFile(join(directory, 'trellis.lock'), 'utf8')).toBe(text);
});

it('is had by one, however many come at once after one that is gone', async () => {
  for (let round = 0; round < 50; round += 1) {
    await writeFile(join(directory, 'trellis.lock'), '999999999');
    const locks = await Promise.allSettled(Array.from({ length: 3 }, () => lockDirectory(directory)));
    const won = locks.filter((lock) => lock.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
  }
});

it('refuses a directory without a database, and leaves nothing there', async () => {
  await rm(join(directory, 'PG_VERSION'));
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(readFile(join(directory, 'trellis.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('refuses a directory of another version, which the engine cannot open', async () => {
  await writeFile(join(directory, 'PG_VERSION'), '15\n');
  const message = 'The directory of --data-dir is one of PostgreSQL 15, not 18.';
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
});

it.each([
  ['leaves a directory that a PostgreSQL server uses', process.ppid, 'CONFLICT'],
  ['takes one that a server left', 999_999_999, undefined],
  ['takes one that the engine had', -42, undefined],
])('%s', async (_what, pid, code) => {
  await writeFile(join(directory, 'postmaster.pid'), `${String(pid)}\n/data\n1795346374\n5432\n`);
  const taken = lockDirectory(directory).then(
    async (lock) => lock.release(),
    (error: unknown) => error,
  );
  expect(await taken).toEqual(code === undefined ? undefined : expect.objectContaining({ code }));
});

it('says so when it may not write there', async () => {
  await chmod(directory, 0o555);
  // The administrator may write anywhere.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    const message = 'The directory of --data-dir cannot be written to.';
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(directory, 0o755);
  }
});

it('names the flag, never the path', async () => {
  const error = await lockDirectory(join(directory, 'no-such')).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: 'The directory of --data-dir holds no database.' });
});
