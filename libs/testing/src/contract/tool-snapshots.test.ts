import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { compareSnapshots, renderSnapshot, type SnapshotTool } from './tool-snapshots.ts';

let folder: URL;
type Sample = SnapshotTool & { readonly title?: string; readonly list?: readonly number[] };
const compare = (tools: readonly Sample[], isUpdate = false) => compareSnapshots(folder, tools, { isUpdate });

beforeEach(async () => {
  folder = pathToFileURL(join(await mkdtemp(join(tmpdir(), 'snap-')), 'tools.snap/'));
});

afterEach(async () => {
  await rm(new URL('..', folder), { recursive: true });
});

it('is content after an update', async () => {
  const tools = [{ name: 'a', title: 'A' }, { name: 'b' }];
  expect(await compare(tools, true)).toEqual([]);
  expect(await readdir(folder)).toEqual(['a.json', 'b.json']);
  expect(await compare(tools)).toEqual([]);
});

it('tells new, changed and gone tools', async () => {
  await compare([{ name: 'a', title: 'A' }, { name: 'b' }], true);
  const differences = await compare([{ name: 'a', title: 'B' }, { name: 'c' }]);
  expect(differences).toEqual([
    expect.stringContaining('a differs from its snapshot at line 3'),
    expect.stringContaining('c has no snapshot'),
    expect.stringContaining('b.json is the snapshot of no tool'),
  ]);
});

it('does not mind how the file is laid out', async () => {
  const tool: Sample = { name: 'a', list: [1, 2] };
  await compare([tool], true);
  await writeFile(new URL('a.json', folder), JSON.stringify(tool));
  expect(await compare([tool])).toEqual([]);
  await writeFile(new URL('a.json', folder), 'no JSON');
  expect(await compare([tool])).toHaveLength(1);
});

it('fails every tool when the folder is missing', async () => {
  expect(await compare([{ name: 'a' }])).toHaveLength(1);
});

it('does not depend on the order of keys', () => {
  const one: Sample = { name: 'a', title: 'x' };
  const other: Sample = { title: 'x', name: 'a' };
  expect(renderSnapshot(one)).toBe(renderSnapshot(other));
});
