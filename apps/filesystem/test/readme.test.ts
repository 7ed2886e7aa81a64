import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnProbe } from '@trellis-mcp/test-services';
import { entryCommand, startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const main = new URL('../src/main.ts', import.meta.url);

/** The commands of the page, without the name of the program. */
const commands = [...readme.matchAll(/^trellis-filesystem +([^#\n]*)/gm)].map(([, words = '']) => words.trim());
const programs = commands.filter((words) => /^(config|doctor) /.test(words));
const servers = commands.filter((words) => !programs.includes(words));

let home: string;
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'trellis-readme-')));
  await Promise.all(['project', 'notes'].map((name) => mkdir(join(home, name))));
});
afterAll(() => rm(home, { recursive: true }));

/** Words as a shell hands them over, with the folders of the page in the place of their own. */
function toArgs(words: string): string[] {
  return words.split(/ +/).map((word) => word.replace(/^(?:\.|~)\//, `${home}/`));
}

it('shows commands of every kind', () => {
  expect(programs.length).toBeGreaterThanOrEqual(2);
  expect(servers.length).toBeGreaterThanOrEqual(4);
});

it.each(servers)('trellis-filesystem %s: serves these folders', async (words) => {
  const args = toArgs(words);
  await using server = await startInProcess(app, { args });
  const client = await server.connect();
  const { data } = await client.callTool('list_roots');
  const folders = args.filter((arg) => arg.startsWith(home)).map((folder) => basename(folder));
  expect((data as { roots: { name: string }[] }).roots.map(({ name }) => name)).toEqual(folders);
  const tools = (await client.listTools()).map(({ name }) => name);
  expect(tools.includes('write_file')).toBe(args.includes('--write'));
});

it.each(programs)('trellis-filesystem %s: says so and ends', async (words) => {
  const { command, args } = entryCommand(main, toArgs(words));
  await using probe = await spawnProbe(command, args);
  expect(await probe.exit).toEqual({ code: 0, signal: null });
  expect(probe.stdout).toContain(words.startsWith('config') ? `${home}/project` : 'project');
});
