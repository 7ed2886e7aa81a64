import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
  expect(await readFile(join(directory, 'trellis.lock'), 'utf8')).toBe(String(process.pid));
  await lock.release();
});

it('refuses a directory without a database, and leaves nothing there', async () => {
  await rm(join(directory, 'PG_VERSION'));
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(readFile(join(directory, 'trellis.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('names the flag, never the path', async () => {
  const error = await lockDirectory(join(directory, 'no-such')).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: 'The directory of --data-dir holds no database.' });
});
