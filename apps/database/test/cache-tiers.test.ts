import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { openRedis } from '@trellis-mcp/stores';
import { sharedPostgres, startRedis, type SharedInstance, type TestInstance } from '@trellis-mcp/test-services';
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

const health = z.object({
  status: z.string(),
  cache_hit_rate: z.number().nullable(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), critical: z.boolean(), detail: z.string().optional() })),
});

describe('two processes with one Redis', () => {
  it('have one read, over HTTP and over stdio', async () => {
    const args = flags('--redis-url', redis.url, '--principal', 'ada');
    await using http = await startHttpServer(main, args);
    await using first = await connect({ http: { url: http.url } });
    expect((await ask(first)).rows).toEqual([['first']]);
    await change();
    await using second = await spawnServer(main, { args });
    expect(await ask(second)).toEqual({ rows: [['first']], cachedMs: expect.any(Number) });
    expect((await second.callTool('health_check')).data).toMatchObject({ cache_hit_rate: 1 });
    const report = health.parse(await (await fetch(new URL('/healthz', http.url))).json());
    expect(report.cache_hit_rate).toBe(0);
    expect(report.checks.find(({ name }) => name === 'cache')).toMatchObject({
      ok: true,
      critical: false,
      detail: 'memory used (0 hits); redis used (0 hits)',
    });
  }, 120_000);

  it('go on when it dies, say so once, and use it again', async () => {
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
    expect(count('"tier":"redis"')).toBe(1);
    await redis.restart();
    for (let waited = 0; count('uses this tier again') === 0 && waited < 100; waited += 1) {
      await ask(client, `select label, ${String(waited)} as waited from items`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(count('uses this tier again')).toBeGreaterThan(0);
  }, 120_000);
});

describe('the file of --cache-path', () => {
  it('answers after a restart, and is readable by its owner alone', async () => {
    const args = flags('--cache-path', join(folder, 'cache.db'));
    {
      await using before = await startInProcess(app, { args });
      await ask(await before.connect());
    }
    await change();
    for (const file of await readdir(folder)) {
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    }
    await using after = await startInProcess(app, { args });
    expect(await ask(await after.connect())).toEqual({ rows: [['first']], cachedMs: expect.any(Number) });
    expect((await after.host.health.report()).checks.find(({ name }) => name === 'cache')).toMatchObject({
      detail: 'memory used (0 hits); sqlite used (1 hits)',
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
      await runSql(postgres.url, "update items set label = 'first'");
      const seen = [await askNew(text)];
      await change();
      seen.push(await askNew(text));
      await raw.command.del(...(await raw.command.keys('*private:*')));
      return [...seen, await askNew(text), await askNew(text)];
    };
    let seen = await askFour(sql);
    // A tier that a busy machine kept waiting was skipped, as it should be.
    for (let round = 1; round < 4 && seen.some((line) => line.includes('errors')); round += 1) {
      seen = await askFour(`select label, ${String(round)} as round from items`);
    }
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
