import { closeSync, openSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { DescriptorHandle } from './read-handle.ts';

it('reads, and closes what it opened', async () => {
  const fd = openSync(import.meta.filename, 'r');
  const handle = new DescriptorHandle(fd);
  expect(await readlink(`/proc/self/fd/${fd}`)).toBe(import.meta.filename);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  expect([bytesRead, buffer.toString()]).toEqual([6, 'import']);
  await handle.close();
  expect(handle.fd).toBe(-1);
  await expect(readlink(`/proc/self/fd/${fd}`)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('closes no other file, though its number was given again', async () => {
  const handle = new DescriptorHandle(openSync(import.meta.filename, 'r'));
  const { fd } = handle;
  await handle.close();
  const next = openSync(import.meta.filename, 'r');
  expect(next).toBe(fd);
  await handle.close();
  await expect(handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toThrow();
  expect(await readlink(`/proc/self/fd/${next}`)).toBe(import.meta.filename);
  closeSync(next);
});
