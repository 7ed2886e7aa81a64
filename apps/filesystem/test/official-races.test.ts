import { expect, it } from '@jest/globals';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { openArena } from './open-arena.ts';
import type { RaceKind } from './race-tables.ts';
import { runRaces } from './run-races.ts';
import { compileSwapper, startSwapper } from './start-swapper.ts';

const durationMs = process.env['SOAK'] === '1' ? 60_000 : 2_000;

const kinds: Readonly<Record<string, RaceKind>> = {
  'official reads': (client, { files }) => {
    const tools = ['read_file', 'read_text_file', 'read_media_file', 'get_file_info'];
    return async (turn) =>
      client.callTool(tools[turn % tools.length] ?? 'read_file', { path: files[Math.floor(turn / tools.length) % files.length] });
  },
  'official reads of many':
    (client, { files }) =>
    async () =>
      client.callTool('read_multiple_files', { paths: files }),
  'official lists': (client, { name, folders }) => {
    const paths = [name, ...folders];
    const tools = ['list_directory', 'list_directory_with_sizes', 'directory_tree', 'search_files'];
    return async (turn) =>
      client.callTool(tools[turn % tools.length] ?? 'list_directory', {
        path: paths[Math.floor(turn / tools.length) % paths.length],
        pattern: '**',
      });
  },
  'official writes': (client, { folders }) => {
    return async (turn) => {
      const folder = folders[turn % folders.length] ?? '.';
      if (turn % 3 === 0) return client.callTool('create_directory', { path: `${folder}/made-${String(turn % 50)}` });
      if (turn % 3 === 1)
        return client.callTool('move_file', { source: `${folder}/new.txt`, destination: `${folder}/moved-${String(turn)}.txt` });
      return client.callTool('write_file', { path: `${folder}/new.txt`, content: 'inside' });
    };
  },
};

it('official names lead nowhere else, while names change places at the speed of the kernel', async () => {
  await using arena = await openArena();
  const swapper = await compileSwapper(arena.top);
  await using server = await startInProcess(app, { args: [arena.root, '--write', '--no-confirm', '--compat', 'official'] });
  const client = await server.connect();
  const places = await Promise.all(
    Object.entries(kinds).map(async ([name, kind]) => ({ name, kind, yard: await arena.addYard(name.replaceAll(' ', '-')) })),
  );
  await arena.seal();
  await using running = await startSwapper(
    swapper,
    places.flatMap(({ yard }) => yard.pairs),
  );
  const outcomes = await runRaces(
    places.map(({ name, kind, yard }) => ({ name, run: kind(client, yard, arena) })),
    { arena, durationMs },
  );
  expect(await running.stop()).toBeGreaterThan(0);
  expect(await arena.findDamage()).toEqual([]);
  expect(outcomes.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(outcomes.filter(({ done }) => done === 0)).toEqual([]);
}, 120_000);
