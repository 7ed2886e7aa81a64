import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { openRedis } from '@trellis-mcp/stores';
import { sharedPostgres, startRedis, type SharedInstance, type TestInstance, until } from '@trellis-mcp/test-services';
import { spawnServer, startHttpServer, startInProcess } from '@trellis-mcp/testing';
import { z } from 'zod';
import { app } from '../src/app.ts';
import { runSql } from './open-catalog.ts';

const main = new URL('../src/main.ts', import.meta.url);
const sql = 'select label from items';

let postgres: SharedInstance;
let redis: TestInstance;
let folder: string;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([sharedPostgres(), startRedis()]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-cache-'));
  await runSql(postgres.url, "drop table if exists items; create table items as select 'first' as label");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const flags = (...more: string[]): string[] => ['--database-url', postgres.url, '--cache-ttl-ms', '60s', ...more];
const change = async (): Promise<void> => runSql(postgres.url, "update items set label = 'second'");

const page = z.object({ rows: z.array(z.array(z.unknown())), cachedMs: z.number().optional() });

async function ask(client: Connection, text = sql): Promise<z.output<typeof page>> {
  return page.parse((await client.callTool('query', { sql: text })).data);
}

/** A tier that a busy machine kept waiting was skipped, as it should be: what was seen then is seen once more, at most three times. */
async function undisturbed<Seen>(look: (round: number) => Promise<Seen>): Promise<Seen> {
  for (let round = 0; ; round += 1) {
    await runSql(postgres.url, "update items set label = 'first'");
    const seen = await look(round);
    if (round === 3 || !/\d errors/.test(JSON.stringify(seen))) return seen;
  }
}

const health = z.object({
  status: z.string(),
  cache_hit_rate: z.number().nullable(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), critical: z.boolean(), detail: z.string().optional() })),
});

describe('two processes with one Redis', () => {
  it('have one read, over HTTP and over stdio', async () => {
    const seen = await undisturbed(async (round) => {
      const args = flags('--redis-url', redis.url, '--principal', `ada ${String(round)}`);
      await using http = await startHttpServer(main, args);
      await using first = await connect({ http: { url: http.url } });
      const { rows } = await ask(first);
      await change();
      await using second = await spawnServer(main, { args });
      const found = await ask(second);
      const { data: near } = await second.callTool('health_check');
      const far = health.parse(await (await fetch(new URL('/healthz', http.url))).json());
      return { rows, found, near, far };
    });
    expect(seen.rows).toEqual([['first']]);
    expect(seen.found).toEqual({ rows: [['first']], cachedMs: expect.any(Number) });
    expect(seen.near).toMatchObject({ cache_hit_rate: 1 });
    expect(seen.far.cache_hit_rate).toBe(0);
    expect(seen.far.checks.find(({ name }) => name === 'cache')).toMatchObject({
      ok: true,
      critical: false,
      detail: 'memory used (0 hits); redis used (0 hits)',
    });
  }, 120_000);
});

describe('a server whose Redis dies', () => {
  it('goes on, says so once, and uses it again', async () => {
    const args = flags('--redis-url', redis.url, '--principal', 'bob', '--log-level', 'info', '--log-format', 'json');
    await using http = await startHttpServer(main, args);
    await using client = await connect({ http: { url: http.url } });
    const count = (text: string): number => http.probe.stderr.split('\n').filter((line) => line.includes(text)).length;
    await ask(client);
    await redis.kill();
    for (let round = 0; round < 30; round += 1) {
      expect((await ask(client, `select label, ${String(round)} as n from items`)).rows).toHaveLength(1);
    }
    expect(await ask(client)).toMatchObject({ cachedMs: expect.any(Number) });
    const report = health.parse(await (await fetch(new URL('/healthz', http.url))).json());
    expect(report.checks.find(({ name }) => name === 'cache')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('redis skipped'),
    });
    await until(() => count('"tier":"redis"') > 0);
    expect(count('"tier":"redis"')).toBe(1);
    await redis.restart();
    let asked = 0;
    await until(async () => {
      await ask(client, `select label, ${String((asked += 1))} as asked from items`);
      return count('uses this tier again') > 0;
    });
  }, 120_000);
});

describe('the file of --cache-path', () => {
  it('answers after a restart, and is readable by its owner alone', async () => {
    const args = flags('--cache-path', join(folder, 'cache.db'));
    const askNew = async (text: string) => {
      await using server = await startInProcess(app, { args });
      const found = await ask(await server.connect(), text);
      return { found, check: (await server.host.health.report()).checks.find(({ name }) => name === 'cache') };
    };
    const seen = await undisturbed(async (round) => {
      const text = `select label from items limit ${String(round + 1)}`;
      const before = await askNew(text);
      await change();
      return [before, await askNew(text)];
    });
    for (const file of await readdir(folder)) {
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    }
    expect(seen[1]).toMatchObject({
      found: { rows: [['first']], cachedMs: expect.any(Number) },
      check: { detail: 'memory used (0 hits); sqlite used (1 hits)' },
    });
  });

  it('serves behind Redis, and gives back to it', async () => {
    const args = flags('--cache-path', join(folder, 'cache.db'), '--redis-url', redis.url, '--principal', 'eve');
    await using raw = await openRedis(redis.url);
    const askNew = async (text: string): Promise<string> => {
      await using server = await startInProcess(app, { args });
      const { rows } = await ask(await server.connect(), text);
      const check = (await server.host.health.report()).checks.find(({ name }) => name === 'cache');
      return `${String(rows[0]?.[0])}: ${check?.detail ?? ''}`;
    };
    const askFour = async (text: string): Promise<string[]> => {
      const seen = [await askNew(text)];
      await change();
      seen.push(await askNew(text));
      await raw.command.del(...(await raw.command.keys('*private:*')));
      return [...seen, await askNew(text), await askNew(text)];
    };
    const seen = await undisturbed((round) => askFour(`select label from items limit ${String(round + 1)}`));
    expect(seen).toEqual([
      'first: memory used (0 hits); redis used (0 hits); sqlite used (0 hits)',
      'first: memory used (0 hits); redis used (1 hits); sqlite used (0 hits)',
      'first: memory used (0 hits); redis used (0 hits); sqlite used (1 hits)',
      'first: memory used (0 hits); redis used (1 hits); sqlite used (0 hits)',
    ]);
  }, 120_000);
});

describe('a file of --cache-path', () => {
  it('that is corrupt is set aside, and the server starts', async () => {
    const path = join(folder, 'cache.db');
    await writeFile(path, 'this is no database, whatever its name says'.repeat(100));
    const stderr: string[] = [];
    await using client = await spawnServer(main, { args: flags('--cache-path', path), onStderr: (text) => stderr.push(text) });
    expect((await ask(client)).rows).toEqual([['first']]);
    expect(await ask(client)).toMatchObject({ cachedMs: expect.any(Number) });
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['cache.db', 'cache.db.corrupt']));
    expect(stderr.join('')).toMatch(/corrupt/);
  }, 120_000);
});

it('nothing of a cache is loaded, and nothing is asked of a database, before a call needs it', async () => {
  await using server = await startInProcess(app, { args: ['--database-url', 'postgres://nobody@127.0.0.1:1/x'] });
  await (await server.connect()).listTools();
  expect((await server.host.health.report()).checks.find(({ name }) => name === 'cache')).toMatchObject({
    ok: true,
    detail: 'starts on first use',
  });
});
