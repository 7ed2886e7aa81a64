import { closeSync, openSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { DescriptorHandle, isAtRest } from './read-handle.ts';

it.each([true, false])('closes a file that rests, on a quick disk: %s', async (isQuick) => {
  const fd = openSync(import.meta.filename, 'r');
  const handle = new DescriptorHandle(fd, isQuick);
  expect(await readlink(`/proc/self/fd/${fd}`)).toBe(import.meta.filename);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  expect([bytesRead, buffer.toString()]).toEqual([6, 'import']);
  await handle.close();
  expect(handle.fd).toBe(-1);
  await expect(readlink(`/proc/self/fd/${fd}`)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('closes no other file, though its number was given again', async () => {
  const handle = new DescriptorHandle(openSync(import.meta.filename, 'r'), true);
  const { fd } = handle;
  await handle.close();
  const next = openSync(import.meta.filename, 'r');
  expect(next).toBe(fd);
  await handle.close();
  await expect(handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toThrow();
  expect(await readlink(`/proc/self/fd/${next}`)).toBe(import.meta.filename);
  closeSync(next);
});

it.each([
  [{ nlink: 1, size: 1024, ctimeMs: 0 }, 10_000, true, 'small, and left alone for a while'],
  [{ nlink: 1, size: 1024, ctimeMs: 0 }, 9_999, false, 'changed just now'],
  [{ nlink: 1, size: 1024, ctimeMs: 60_000 }, 0, false, 'changed in times to come'],
  [{ nlink: 0, size: 1024, ctimeMs: 0 }, 60_000, false, 'removed'],
  [{ nlink: 1, size: 1_048_577, ctimeMs: 0 }, 60_000, false, 'large'],
])('knows a file that rests: %j at %d is %s: %s', (stats, now, expected) => {
  expect(isAtRest(stats, now)).toBe(expected);
});
