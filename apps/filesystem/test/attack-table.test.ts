import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { isAppError } from '@trellis-mcp/errors';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import { attackCompletions, attackUris } from './attack-table-resources.ts';
import { attackThemes } from './attack-table.ts';
import type { Attack } from './attack-verdict.ts';
import { openAttackGround, type AttackGround } from './open-attack-ground.ts';
import { settle } from './run-races.ts';
import { findContent, takeSnapshot } from './tree-snapshot.ts';

const nowhere = { top: '/top', root: '/top/root', outside: '/top/outside' };

let ground: AttackGround;
let server: InProcessServer<Deps>;
let client: Connection;
beforeAll(async () => {
  ground = await openAttackGround();
  server = await startInProcess(app, { args: ['--root', ground.root, '--write', '--no-confirm'] });
  client = await server.connect();
});
afterAll(async () => {
  await server.close();
  await ground[Symbol.asyncDispose]();
});

/** What a row comes to; `read_files` answers with one verdict for each file. */
async function judge([tool, args]: Attack): Promise<{ readonly verdict: string; readonly text: string }> {
  const { text, code } = await settle(client.callTool(tool, args));
  const inner = code === undefined && tool === 'read_files' ? /"code":"([A-Z_]+)"/.exec(text)?.[1] : undefined;
  return { verdict: code ?? inner ?? 'ok', text };
}

/** Rows between two looks at the outside, which show also what was undone. */
const stretch = 20;

/** Calls row after row; gives the rows that came to something else, showed something of the outside, or touched it. */
async function tryAll(attacks: readonly Attack[]): Promise<string[]> {
  const wrong: string[] = [];
  const untouched = await takeSnapshot(ground.outside);
  for (let first = 0; first < attacks.length; first += stretch) {
    const rows = attacks.slice(first, first + stretch);
    for (const attack of rows) wrong.push(...(await tryOne(attack)));
    const now = await takeSnapshot(ground.outside);
    if ([...untouched].every(([path, was]) => now.get(path) === was) && now.size === untouched.size) continue;
    return [...wrong, ...rows.map((row) => `${show(row)}: it or a neighbour touched the outside`)];
  }
  return wrong;
}

async function tryOne(attack: Attack): Promise<string[]> {
  const { verdict, text } = await judge(attack);
  const [, , expected] = attack;
  const trace = ground.canary.findIn(text);
  return [
    ...(verdict === expected ? [] : [`${show(attack)}: ${verdict} instead of ${expected}: ${text.slice(0, 300)}`]),
    ...(trace === undefined ? [] : [`${show(attack)}: shows ${trace} of the outside: ${text.slice(0, 300)}`]),
  ];
}

function show([tool, args, , why]: Attack): string {
  return `${tool} ${JSON.stringify(args).slice(0, 200)} (${why})`;
}

function refused(error: unknown): { readonly values: readonly string[] } {
  if (isAppError(error) && error.code !== 'INTERNAL') return { values: [] };
  throw error;
}

it('has at least 100 attacks, each once, each with a reason', () => {
  const all = Object.values(attackThemes(nowhere)).flat();
  expect(all.length).toBeGreaterThanOrEqual(100);
  expect(new Set(all.map(([tool, args]) => `${tool} ${JSON.stringify(args)}`)).size).toBe(all.length);
  expect(all.filter(([, , , why]) => why === '')).toEqual([]);
});

it('tries every tool of this server', async () => {
  const tried = new Set(Object.values(attackThemes(nowhere)).flatMap((rows) => rows.map(([tool]) => tool)));
  const listed = (await client.listTools()).map(({ name }) => name).filter((name) => !['list_roots', 'health_check'].includes(name));
  // A tool that is not there refuses everything.
  expect([...tried].sort()).toEqual(listed.sort());
});

describe('nothing outside is shown or touched, and each attack gets its verdict', () => {
  it.each(Object.keys(attackThemes(nowhere)))('%s', async (theme) => {
    expect(await tryAll(attackThemes(ground)[theme] ?? [])).toEqual([]);
  });

  it('resources', async () => {
    const wrong: string[] = [];
    for (const [uri, expected, why] of attackUris(ground)) {
      const { text, code } = await settle(client.readResource(uri));
      if ((code ?? 'ok') !== expected) wrong.push(`${uri} (${why}): ${code ?? 'ok'} instead of ${expected}: ${text.slice(0, 300)}`);
      if (ground.canary.findIn(text) !== undefined) wrong.push(`${uri} (${why}): shows the outside: ${text.slice(0, 300)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('completions', async () => {
    const [template] = await client.listResourceTemplates();
    const ref = { type: 'ref/resource', uri: template?.uriTemplate ?? '' } as const;
    const wrong: string[] = [];
    for (const value of attackCompletions(ground)) {
      const { values } = await client.complete({ ref, argument: { name: 'path', value } }).catch(refused);
      const away = values.filter(
        (item) => !`/${decodeURIComponent(item)}`.startsWith(ground.root) || /secret|kept|trellis-\w+\.tmp/.test(item),
      );
      wrong.push(...away.map((item) => `${value}: ${item}`));
    }
    expect(wrong).toEqual([]);
  });
});

describe('what was sealed opens nothing else', () => {
  it('cursors of other places, other tools and nobody', async () => {
    const tools = { list_directory: {}, find_files: { glob: '**' }, search_text: { pattern: 'inside' } };
    const pages = Object.entries(tools).map(async ([tool, args]) => client.callTool(tool, { ...args, path: '.', limit: 1 }));
    const cursors = (await Promise.all(pages)).map(({ data }) => (data as { nextCursor: string }).nextCursor);
    const wrong: string[] = [];
    for (const [index, [tool, args]] of Object.entries(tools).entries()) {
      const own = cursors[index] ?? '';
      const flipped = `${own.slice(0, 20)}${own[20] === 'A' ? 'B' : 'A'}${own.slice(21)}`;
      const forged = [...cursors.filter((cursor) => cursor !== own), flipped, own.slice(0, -2), `${own}A`];
      const tries = [...forged.map((cursor) => ({ path: '.', cursor })), { path: 'folder', cursor: own }];
      for (const attempt of tries) {
        const { code, text } = await settle(client.callTool(tool, { ...args, ...attempt, limit: 1 }));
        if (code !== 'INVALID_INPUT') wrong.push(`${tool} ${JSON.stringify(attempt)}: ${text.slice(0, 300)}`);
      }
      expect((await settle(client.callTool(tool, { ...args, path: '.', cursor: own, limit: 1 }))).code).toBeUndefined();
    }
    expect(wrong).toEqual([]);
  });
});

describe('after all of them', () => {
  it('nothing of the outside is in the log, or inside by now', async () => {
    const log = await readFile(server.host.config.logFile ?? '', 'utf8');
    expect(log.split('\n').filter((line) => ground.canary.findIn(line) !== undefined || line.includes('"INTERNAL"'))).toEqual([]);
    const found = await findContent(ground.root, ground.canary);
    expect(found).toEqual([]);
  });
});
