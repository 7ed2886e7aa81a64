import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readCode, writeCode } from './code-cache.ts';

const source = 0x1234_5678;
const room = Buffer.alloc(100);
const code = Buffer.from('bytes of V8');
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-code-'));
  file = join(folder, 'code');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('gives back what was kept, and leaves nothing beside it', async () => {
  writeCode(file, source, code);
  expect(readCode(file, source, room)).toEqual(code);
  expect(await readdir(folder)).toEqual(['code']);
});

it('reads what is larger than the room for it', () => {
  const large = Buffer.alloc(1000, 7);
  writeCode(file, source, large);
  expect(readCode(file, source, room)).toEqual(large);
});

it('replaces code of another source', () => {
  writeCode(file, 0x8765_4321, Buffer.from('other bytes'));
  expect(readCode(file, source, room)).toBeUndefined();
  writeCode(file, source, code);
  expect(readCode(file, source, room)).toEqual(code);
});

it.each(['', 'short', '12345678', '12345678bytes of V8'])('reads nothing from a damaged file: %j', async (text) => {
  await writeFile(file, text);
  expect(readCode(file, source, room)).toBeUndefined();
});

it('reads nothing that others could have written', async () => {
  writeCode(file, source, code);
  await chmod(file, 0o620);
  expect(readCode(file, source, room)).toBeUndefined();
});

it('does without a folder', () => {
  const nowhere = join(folder, 'missing/code');
  writeCode(nowhere, source, code);
  expect(readCode(nowhere, source, room)).toBeUndefined();
});
