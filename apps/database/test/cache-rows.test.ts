import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '@trellis-mcp/client';
import { openRedis } from '@trellis-mcp/stores';
import { sharedPostgres, sharedRedis, type SharedInstance } from '@trellis-mcp/test-services';
import { startInProcess, type InProcessOptions } from '@trellis-mcp/testing';
import { z } from 'zod';
import { app } from '../src/app.ts';
import { runSql } from './open-catalog.ts';
import { writeConfigFile } from './write-config-file.ts';

let postgres: SharedInstance;
let redis: SharedInstance;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([sharedPostgres(), sharedRedis()]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

const setup = `drop table if exists items, secrets cascade;
  create table items (id int primary key, label text, price numeric, data jsonb);
  insert into items select i, 'item ' || i, i * 1.10, '{"n": 12345678901234567890.5}' from generate_series(1, 30) i;
  create table secrets (x int); insert into secrets values (42)`;

beforeEach(async () => runSql(postgres.url, setup));

/** Rows and their age, as a server of its own gives them. */
async function open(args: readonly string[] = [], options: InProcessOptions = {}) {
  const flags = ['--database-url', postgres.url, '--cache-ttl-ms', '60s', ...args];
  const server = await startInProcess(app, { ...options, args: flags });
  const client = await server.connect();
  return { server, client, [Symbol.asyncDispose]: () => server.close() };
}

const shared = (args: readonly string[] = [], options: InProcessOptions = {}) => open(['--redis-url', redis.url, ...args], options);

const answer = z
  .object({ rows: z.array(z.array(z.unknown())), cachedMs: z.number().optional(), nextCursor: z.string().optional() })
  .loose();

async function ask(client: Connection, sql: string, args: Record<string, unknown> = {}): Promise<z.output<typeof answer>> {
  return answer.parse((await client.callTool('query', { sql, ...args })).data);
}

const sql = 'select id, label, price, data from items order by id limit 3';
const change = "update items set label = 'changed'";

describe('rows with --cache-ttl-ms', () => {
  it('are those of before, to the digit, and say how old they are', async () => {
    await using one = await open();
    const first = await ask(one.client, sql);
    expect(first).not.toHaveProperty('cachedMs');
    await runSql(postgres.url, change);
    const again = await ask(one.client, sql);
    expect(again).toEqual({ ...first, elapsedMs: expect.any(Number), cachedMs: expect.any(Number) });
    expect(again.cachedMs).toBeLessThan(60_000);
    expect(again.rows[0]).toEqual([1, 'item 1', '1.10', expect.anything()]);
    expect(await one.server.host.health.report()).toMatchObject({ cache_hit_rate: 0.5 });
  });

  it('are read each time without it', async () => {
    await using server = await startInProcess(app, { args: ['--database-url', postgres.url] });
    const client = await server.connect();
    await ask(client, sql);
    await runSql(postgres.url, change);
    expect((await ask(client, sql)).rows[0]?.[1]).toBe('changed');
  });

  it('are read anew for other params, limits, statements and pages', async () => {
    await using one = await open();
    const by = 'select id from items where id > $1 order by id';
    const first = await ask(one.client, by, { params: [3], limit: 2 });
    const answers = [
      await ask(one.client, by, { params: [4], limit: 2 }),
      await ask(one.client, by, { params: ['3'], limit: 3 }),
      await ask(one.client, `${by} desc`, { params: [3], limit: 2 }),
      await ask(one.client, by, { params: [3], limit: 2, cursor: first.nextCursor }),
    ];
    expect(answers.filter(({ cachedMs }) => cachedMs !== undefined)).toEqual([]);
    expect(answers.at(-1)?.rows).toEqual([[6], [7]]);
    const again = await ask(one.client, by, {
      params: [3],
      limit: 2,
      cursor: (await ask(one.client, by, { params: [3], limit: 2 })).nextCursor,
    });
    expect(again).toMatchObject({ rows: [[6], [7]], cachedMs: expect.any(Number), nextCursor: expect.any(String) });
  });
});

describe('rows are read once', () => {
  it('for twenty callers at once', async () => {
    await using one = await open();
    const text = 'select count(*) from items a, items b, items c, generate_series(1, 20) g';
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(one.client, text)));
    expect(all.filter(({ cachedMs }) => cachedMs === undefined)).toHaveLength(1);
  });

  it('by several servers with one Redis', async () => {
    await using one = await shared();
    await using other = await shared();
    await Promise.all([ask(one.client, 'select 1'), ask(other.client, 'select 1')]);
    const text = 'select count(*) from items a, items b, items c, generate_series(1, 20) g';
    const all = await Promise.all([one, other, one, other].map(async ({ client }) => ask(client, text)));
    expect(all.filter(({ cachedMs }) => cachedMs === undefined)).toHaveLength(1);
  });

  it('by saved queries, too', async () => {
    await using file = await writeConfigFile({ savedQueries: [{ name: 'all_items', description: 'All.', sql: 'table items' }] });
    await using one = await open(file.args);
    await one.client.callTool('all_items');
    expect((await one.client.callTool('all_items')).data).toMatchObject({ cachedMs: expect.any(Number) });
  });
});

describe('rows are never kept', () => {
  it.each([
    ['select now() as t', {}],
    ['select random() as t', {}],
    ['select $1::timestamptz as t', { params: ['now'] }],
    ['explain select 1', {}],
    ['select count(*) from pg_stat_activity', {}],
  ])('of %s', async (text, args) => {
    await using one = await open();
    await ask(one.client, text, args);
    expect(await ask(one.client, text, args)).not.toHaveProperty('cachedMs');
  });

  it('of a failure', async () => {
    await using one = await open();
    const failing = 'select 1 / (x - 42) from secrets';
    await expect(ask(one.client, failing)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await runSql(postgres.url, 'update secrets set x = 43');
    expect(await ask(one.client, failing)).toMatchObject({ rows: [[1]] });
  });

  it('of a page that its deadline cut', async () => {
    await using one = await open(['--statement-timeout-ms', '1s']);
    await ask(one.client, 'select 1');
    // Rows of more than the 8 KiB by which the server sends them, then one without end: some are here at the deadline, all never.
    const count = 'select count(*) from generate_series(1, case when g > 50 then 1000000000 else 1 end)';
    const slow = `select g, repeat('x', 300), (${count}) from generate_series(1, 5000) g`;
    expect(await ask(one.client, slow, { limit: 5_000 })).toMatchObject({ truncatedBy: 'time' });
    expect(await ask(one.client, slow, { limit: 5_000 })).not.toHaveProperty('cachedMs');
  });
});

describe('what several servers share by Redis', () => {
  it('is found by the next server, for the same principal alone', async () => {
    const options = (id: string, tenant?: string): InProcessOptions => ({
      principal: { id, scopes: 'all', ...(tenant === undefined ? {} : { tenant }) },
    });
    await using one = await shared([], options('ada'));
    await ask(one.client, sql);
    await runSql(postgres.url, change);
    await using same = await shared([], options('ada'));
    expect((await ask(same.client, sql)).rows[0]?.[1]).toBe('item 1');
    for (const other of [options('bob'), options('ada', 'elsewhere')]) {
      await using server = await shared([], other);
      const found = await ask(server.client, sql);
      expect(found).not.toHaveProperty('cachedMs');
      expect(found.rows[0]?.[1]).toBe('changed');
    }
  });

  it('is no way around --allow-tables', async () => {
    await using one = await shared();
    await ask(one.client, 'table secrets');
    await one.client.callTool('search_schema', { detail: 'names' });
    await one.client.callTool('describe', { object: 'secrets' });
    await using narrow = await shared(['--allow-tables', 'items']);
    await expect(ask(narrow.client, 'table secrets')).rejects.toMatchObject({ code: 'DENIED' });
    expect((await narrow.client.callTool('search_schema', { detail: 'names' })).data).toEqual({
      objects: [{ name: 'items', kind: 'table' }],
    });
    await expect(narrow.client.callTool('describe', { object: 'secrets' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an entry in Redis', () => {
  it('is not taken for that of another database of the same address', async () => {
    const url = new URL(postgres.url);
    const name = `swap_${String(process.pid)}`;
    url.pathname = `/${name}`;
    const flags = ['--database-url', url.href, '--redis-url', redis.url];
    for (const label of ['old', 'new']) {
      await runSql(postgres.url, `create database ${name}`);
      await runSql(url.href, `create table items as select '${label}' as label`);
      {
        await using server = await open(flags);
        expect(await ask(server.client, 'table items')).toMatchObject({ rows: [[label]] });
      }
      await runSql(postgres.url, `drop database ${name}`);
    }
  });

  it('is a miss when somebody wrote rubbish there', async () => {
    await using one = await shared();
    const first = await ask(one.client, sql);
    await using raw = await openRedis(redis.url);
    const keys = (await raw.command.keys('*')).filter((key) => key.includes('private:'));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) await raw.command.set(key, '{"page":{"rows":"x"}}');
    await using two = await shared();
    expect(await ask(two.client, sql)).toMatchObject({ rows: first.rows });
  });
});
