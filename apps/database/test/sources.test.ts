import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { spawnServer, startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { writeFile } from 'node:fs/promises';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import { runSql } from './open-catalog.ts';
import { writeConfigFile, type ConfigFile } from './write-config-file.ts';

const main = new URL('../src/main.ts', import.meta.url);

let postgres: TestInstance;
let file: ConfigFile;

beforeAll(async () => {
  postgres = await startPostgres();
  await runSql(
    postgres.url,
    "create table metrics (id int primary key, label text); insert into metrics values (1, 'a'); create table secret (x int)",
  );
  file = await writeConfigFile({
    sources: { warehouse: { databaseUrl: postgres.url, allowTables: ['metrics'] }, shop: {} },
    savedQueries: [{ name: 'all_metrics', description: 'All metrics.', sql: 'select * from metrics order by id', source: 'warehouse' }],
  });
});
afterAll(async () => {
  await file[Symbol.asyncDispose]();
  await postgres.stop();
});

async function query(client: Connection, args: Record<string, unknown>): Promise<unknown> {
  return (await client.callTool('query', args)).data;
}

describe.each(['stdio', 'http'] as const)('two databases over %s', (transport) => {
  let server: InProcessServer<Deps> | undefined;
  let client: Connection;

  beforeAll(async () => {
    // A program of its own once: what is said over HTTP is the same from this one.
    server = transport === 'http' ? await startInProcess(app, { args: file.args }) : undefined;
    client = server === undefined ? await spawnServer(main, { args: file.args }) : await connect({ http: { url: await server.listen() } });
  });
  afterAll(async () => {
    await client.close();
    await server?.close();
  });

  describeTools(() => client);

  it('have a list of tables each', async () => {
    await expect(query(client, { source: 'warehouse', sql: 'table secret' })).rejects.toMatchObject({ code: 'DENIED' });
  });

  it('have a section each in db://schema, and a URI for each table', async () => {
    const [part] = await client.readResource('db://schema');
    const text = part !== undefined && 'text' in part ? part.text : '';
    expect(text).toMatch(/^# source warehouse \(postgres\)\n\ntable metrics[\s\S]*# source shop \(pglite\)\n\ntable customers/);
    expect(text).not.toContain('secret');
    const [table] = await client.readResource('db://table/public/customers?source=shop');
    expect(JSON.stringify(table)).toContain('email');
    expect(JSON.stringify(await client.getPrompt('explore_database'))).toContain('warehouse, shop');
  });
});

function describeTools(connection: () => Connection): void {
  it('are named in the input of every tool but saved queries and what every server has', async () => {
    const tools = await connection().listTools();
    const withSource = tools.filter(({ inputSchema }) =>
      JSON.stringify(inputSchema.properties?.['source'] ?? {}).includes('"warehouse","shop"'),
    );
    expect(tools.filter((tool) => !withSource.includes(tool)).map(({ name }) => name)).toEqual(['all_metrics', 'health_check']);
    expect(withSource.every(({ inputSchema }) => inputSchema.required?.includes('source'))).toBe(true);
  });

  it('answer each for itself', async () => {
    expect(await query(connection(), { source: 'warehouse', sql: 'select label from metrics' })).toMatchObject({ rows: [['a']] });
    expect(await query(connection(), { source: 'shop', sql: 'select count(*) from customers' })).toMatchObject({ rows: [['500']] });
    expect((await connection().callTool('all_metrics')).data).toMatchObject({ rows: [[1, 'a']] });
    const { data } = await connection().callTool('search_schema', { source: 'warehouse', detail: 'names' });
    expect(data).toEqual({ objects: [{ name: 'metrics', kind: 'table' }] });
  });

  it('are never taken for each other', async () => {
    await expect(query(connection(), { sql: 'select 1' })).rejects.toMatchObject({ message: expect.stringContaining('source') });
    await expect(query(connection(), { source: 'other', sql: 'select 1' })).rejects.toMatchObject({
      message: expect.stringContaining('warehouse'),
    });
    const sql = 'select generate_series(1, 9)';
    const first = (await query(connection(), { source: 'shop', sql, limit: 2 })) as { nextCursor: string };
    const other = query(connection(), { source: 'warehouse', sql, limit: 2, cursor: first.nextCursor });
    await expect(other).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('cursor') });
  });
}

describe('a database that is away', () => {
  it('does not keep the server from starting, nor the others from answering', async () => {
    await using away = await writeConfigFile({
      sources: { away: { databaseUrl: 'postgres://a:hunter2@127.0.0.1:1/x' }, live: { databaseUrl: postgres.url } },
    });
    await using server = await startInProcess(app, { args: away.args });
    const client = await server.connect();
    expect(await query(client, { source: 'live', sql: 'select 1' })).toMatchObject({ rows: [[1]] });
    await expect(query(client, { source: 'away', sql: 'select 1' })).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
    expect(await server.host.health.ready()).toEqual({ ready: false, failing: ['database away'] });
    const [part] = await client.readResource('db://schema');
    expect(JSON.stringify(part)).toMatch(/# source away \(postgres\).*not answer.*# source live/);
    expect(JSON.stringify(part)).not.toContain('hunter2');
  });
});

describe('databaseUrlFile', () => {
  it('holds the URL of a source', async () => {
    await using secret = await writeConfigFile({});
    await writeFile(secret.path, `${postgres.url}\n`);
    await using config = await writeConfigFile({ sources: { warehouse: { databaseUrlFile: secret.path } } });
    await using server = await startInProcess(app, { args: config.args });
    expect(await query(await server.connect(), { sql: 'select label from metrics' })).toMatchObject({ rows: [['a']] });
  });

  it.each([
    ['holds something else', 'hunter2', 'holds no URL'],
    ['is not there', undefined, 'cannot be read'],
  ])('that %s fails the start, and nothing of it is told', async (_what, text, message) => {
    await using secret = await writeConfigFile({});
    if (text !== undefined) await writeFile(secret.path, text);
    const databaseUrlFile = text === undefined ? `${secret.path}-hunter2` : secret.path;
    await using config = await writeConfigFile({ sources: { warehouse: { databaseUrlFile } } });
    const failure: unknown = await startInProcess(app, { args: config.args }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(message) });
    expect(String(failure)).not.toMatch(/hunter2/);
  });
});
