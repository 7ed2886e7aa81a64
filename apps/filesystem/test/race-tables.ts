import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Connection } from '@trellis-mcp/client';
import type { Arena, Yard } from './open-arena.ts';
import type { Race } from './run-races.ts';

/** Makes the race of a yard. */
export type RaceKind = (client: Connection, yard: Yard, arena: Arena) => Race['run'];

function at<T>(list: readonly [T, ...T[]], turn: number): T {
  return list[turn % list.length] ?? list[0];
}

/** Anything that only looks. */
export const reading: Readonly<Record<string, RaceKind>> = {
  reads:
    (client, { files }) =>
    async (turn) =>
      client.callTool('read_file', { path: at(files, turn) }),
  'reads of bytes': (client, { files }) => {
    const ranges: readonly [object, ...object[]] = [{ unit: 'byte', limit: 4096 }, { unit: 'byte', offset: -100 }, { encoding: 'base64' }];
    return async (turn) => client.callTool('read_file', { path: at(files, turn), ...at(ranges, turn) });
  },
  'reads of many':
    (client, { files }) =>
    async () =>
      client.callTool('read_files', { paths: files }),
  stats: (client, { files, folders }) => {
    const paths = [...files, ...folders] as const;
    return async (turn) => client.callTool('stat', { path: at(paths, turn) });
  },
  lists:
    (client, { folders }) =>
    async (turn) =>
      client.callTool('list_directory', { path: at(folders, turn), hidden: true }),
  trees: (client, { name, folders }) => {
    const paths = [name, ...folders] as const;
    return async (turn) => client.callTool('tree', { path: at(paths, turn), gitignore: turn % 2 === 0 });
  },
  finds: (client, { name, folders }) => {
    const paths = [name, ...folders] as const;
    return async (turn) => client.callTool('find_files', { path: at(paths, turn), glob: '**', gitignore: turn % 2 === 0 });
  },
  searches: (client, { name, folders }) => {
    const paths = [name, ...folders] as const;
    return async (turn) => client.callTool('search_text', { path: at(paths, turn), pattern: 'even', limit: 20, context: turn % 3 });
  },
  resources: (client, { files }, { root }) => {
    return async (turn) => client.readResource(pathToFileURL(join(root, at(files, turn))).href);
  },
  completions: (client, { files }, { root }) => {
    const ref = { type: 'ref/resource', uri: 'file:///{+path}{?offset,limit}' } as const;
    return async (turn) => client.complete({ ref, argument: { name: 'path', value: join(root, at(files, turn)).slice(1, -5) } });
  },
  subscriptions: (client, { files }, { root }) => {
    return async (turn) => {
      const told: string[] = [];
      const subscription = await client.subscribe([pathToFileURL(join(root, at(files, turn))).href], (uri) => told.push(uri));
      await client.callTool('stat', { path: at(files, turn) });
      await subscription.close();
      return told;
    };
  },
};

/** Anything that changes files. */
export const writing: Readonly<Record<string, RaceKind>> = {
  writes: (client, { folders }) => {
    return async (turn) =>
      client.callTool('write_file', { path: `${at(folders, turn)}/new-${String(turn % 7)}.txt`, content: `inside ${String(turn)}` });
  },
  overwrites:
    (client, { files }) =>
    async (turn) =>
      client.callTool('write_file', { path: at(files, turn), content: `inside even ${String(turn)}\n` }),
  creations: (client, { folders }) => {
    return async (turn) => {
      const path = `${at(folders, turn)}/made/new-${String(turn)}.txt`;
      return client.callTool('write_file', { path, content: 'inside', ifAbsent: true, createParents: true });
    };
  },
  folders:
    (client, { folders }) =>
    async (turn) =>
      client.callTool('make_directory', { path: `${at(folders, turn)}/made-${String(turn)}` }),
  edits: (client, { files }) => {
    const even = { oldText: 'even', newText: 'odd', expected: 200 };
    const odd = { oldText: 'odd', newText: 'even', expected: 200 };
    return async (turn) => {
      // Outside, the word is there as well.
      const edit = at([even, odd, { oldText: ' even\n', newText: ' even\r\n', expected: 906 }], Math.floor(turn / 3));
      return client.callTool('edit_file', { path: at(files, turn), edits: [edit], dryRun: turn % 5 === 0 });
    };
  },
  'moves away': (client, { name, put }) => {
    return async (turn) => {
      const victim = at(['victim.txt', 'victims'], turn);
      await put(victim);
      return client.callTool('move', { from: `${name}/there/${victim}`, to: `${name}/taken-${String(turn)}` });
    };
  },
  'moves into': (client, { name, folders }, { root }) => {
    return async (turn) => {
      await writeFile(join(root, name, 'mine.txt'), 'inside');
      return client.callTool('move', { from: `${name}/mine.txt`, to: `${at(folders, turn)}/mine.txt`, overwrite: true });
    };
  },
  'copies out of': (client, { name, files, folders }) => {
    return async (turn) => {
      const [from, to] = turn % 2 === 0 ? [at(files, turn), 'copied.txt'] : [at(folders, turn), `copied-${String(turn)}`];
      return client.callTool('copy', { from, to: `${name}/${to}`, overwrite: true });
    };
  },
  'copies into': (client, { name, folders }) => {
    return async (turn) => {
      const [from, to] = turn % 2 === 0 ? ['deep/a', `folder-${String(turn)}`] : ['there/file.txt', 'mine.txt'];
      return client.callTool('copy', { from: `${name}/${from}`, to: `${at(folders, turn)}/${to}`, overwrite: true });
    };
  },
  deletes: (client, { name, put }) => {
    return async (turn) => {
      const victim = at(['victim.txt', 'victims'], turn);
      await put(victim);
      return client.callTool('delete', { path: `${name}/there/${victim}`, recursive: victim === 'victims' });
    };
  },
  restores: (client, { name, put }) => {
    return async () => {
      await put('mine.txt');
      const { data } = await client.callTool('delete', { path: `${name}/there/mine.txt` });
      return client.callTool('restore', { trashId: (data as { trashId: string }).trashId });
    };
  },
};
