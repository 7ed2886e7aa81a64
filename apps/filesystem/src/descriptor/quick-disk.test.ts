import { type FileHandle, open } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { openRoots } from '../roots/open-roots.ts';
import { findQuickDisk, isOnQuickDisk } from './quick-disk.ts';

const [quick, other] = ['/dev/shm', '/proc'];

async function use<Result>(path: string, run: (handle: FileHandle) => Result | Promise<Result>): Promise<Result> {
  await using handle = await open(path, 'r');
  return await run(handle);
}

it('trusts file systems that are known, and no others', async () => {
  expect(await use(quick, findQuickDisk)).toMatch(/^\d+$/);
  expect(await use(other, findQuickDisk)).toBeUndefined();
  const [disk] = (await openRoots({ texts: [quick], writable: false })).list();
  const [system] = (await openRoots({ texts: [other], writable: false })).list();
  expect([disk?.quickDisk, system?.quickDisk]).toEqual([expect.stringMatching(/^\d+$/), undefined]);
});

it('trusts nothing on another mount below', async () => {
  const disk = await use(quick, findQuickDisk);
  expect(await use(quick, ({ fd }) => isOnQuickDisk(fd, disk))).toBe(true);
  for (const path of [other, '/proc/self/status', '/proc/self/fdinfo']) {
    expect(await use(path, ({ fd }) => isOnQuickDisk(fd, disk))).toBe(false);
  }
});

it('trusts nothing where no mount is known, or nothing is open', () => {
  expect(isOnQuickDisk(0, undefined)).toBe(false);
  expect(isOnQuickDisk(-1, '1')).toBe(false);
});
