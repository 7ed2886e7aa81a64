import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readSmallFile } from './read-config-file.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-config-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

it('reads a file of 1 MiB and not one of a byte more', async () => {
  expect(await readSmallFile(await write('most', 'x'.repeat(1_048_576)))).toHaveLength(1_048_576);
  await expect(readSmallFile(await write('more', 'x'.repeat(1_048_577)))).rejects.toThrow('larger than 1 MiB');
});

it('stops reading a device that never ends', async () => {
  await expect(readSmallFile('/dev/zero')).rejects.toThrow('larger than 1 MiB');
});

it('keeps a letter whole that two chunks share', async () => {
  const text = `x${'é'.repeat(100_000)}`;
  expect(await readSmallFile(await write('letters', text))).toBe(text);
});

it('refuses what is not UTF-8, a folder and an absent file', async () => {
  await expect(readSmallFile(await write('latin', Uint8Array.of(0xe9, 0x20)))).rejects.toThrow('not UTF-8 text');
  await expect(readSmallFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(readSmallFile(join(folder, 'absent'))).rejects.toMatchObject({ code: 'ENOENT' });
});
