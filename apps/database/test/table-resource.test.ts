import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sharedPostgres, type SharedInstance } from '@trellis-mcp/test-services';
import { startInProcess, type InProcessServer } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import { fixtureSql, oddNames, oddSql } from './catalog-fixture.ts';
import { runSql } from './open-catalog.ts';
import { writeConfigFile } from './write-config-file.ts';

type Server = InProcessServer<Deps>;
type Connection = Awaited<ReturnType<Server['connect']>>;

const template = 'db://table/{schema}/{table}';

let postgres: SharedInstance;
beforeAll(async () => {
  postgres = await sharedPostgres();
  await runSql(postgres.url, `${fixtureSql};;\n${oddSql}`.replaceAll(';;\n', ';\n'));
});
afterAll(() => postgres.stop());

async function readText(client: Connection, uri: string): Promise<string> {
  const [part] = await client.readResource(uri);
  return part !== undefined && 'text' in part ? part.text : '';
}

async function complete(client: Connection, [name, value]: readonly [string, string], others: Record<string, string> = {}, uri = template) {
  const { values } = await client.complete({
    ref: { type: 'ref/resource', uri },
    argument: { name, value },
    context: { arguments: others },
  });
  return values;
}

let server: Server;
let client: Connection;
beforeAll(async () => {
  server = await startInProcess(app, { args: ['--database-url', postgres.url] });
  client = await server.connect();
});
afterAll(() => server.close());

describe('one table as a resource', () => {
  it('is text, one fact a line', async () => {
    const lines = (await readText(client, 'db://table/sales/visit_notes')).split('\n');
    expect(lines[0]).toMatch(/^table sales\.visit_notes \(\d+ bytes\)$/);
    expect(lines.slice(1, 7)).toEqual([
      '  id integer not null',
      '  visit_id bigint',
      '  visit_on date',
      '  note text',
      'primary key (id)',
      'foreign key (visit_id, visit_on) -> sales.visits (id, seen_on)',
    ]);
  });

  it.each(oddNames)('reads %j by its percent-encoded name, in lines of its own making', async (name) => {
    const lines = (await readText(client, `db://table/odd/${encodeURIComponent(name)}`)).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^table odd\./);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it.each([
    'db://table/sales/nothing',
    'db://table/nothing/visits',
    'db://table/sales/VISITS',
    'db://table/sales/half',
    'db://table/%22/%27',
    'db://table/sales/visits%00',
    'db://table/sales/mood',
  ])('does not find %s', async (uri) => {
    await expect(client.readResource(uri)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('completes schema and table', async () => {
    expect(await complete(client, ['schema', 's'])).toEqual(['sales']);
    expect(await complete(client, ['schema', ''])).toEqual(['odd', 'other', 'public', 'sales']);
    expect(await complete(client, ['table', 'vi'], { schema: 'sales' })).toEqual(['visit_notes', 'visits', 'visits_new', 'visits_old']);
    expect(await complete(client, ['table', 'twin'], { schema: 'other' })).toEqual(['twin']);
    expect(await complete(client, ['table', '%'], { schema: 'odd' })).toEqual(['per%cent']);
    expect([await complete(client, ['schema', '\0']), await complete(client, ['table', 'vi'], { schema: 's\0' })]).toEqual([[], []]);
  });

  it('is listed, with names that can be read', async () => {
    const listed = (await client.listResources()).filter(({ uri }) => uri.startsWith('db://table/'));
    expect(listed.length).toBeGreaterThan(30);
    const accounts = listed.find(({ name }) => name === 'sales.accounts');
    expect(accounts).toMatchObject({ uri: 'db://table/sales/accounts', description: 'Line one.\\u{a}Line two.', mimeType: 'text/plain' });
    await Promise.all(listed.map(async ({ uri }) => expect(await readText(client, uri)).toMatch(/^(table|\w+)/)));
  });
});

describe('the tool beside it', () => {
  it('gives data, and lines where the data is long', async () => {
    const { data } = await client.callTool('describe', { object: 'sales.visits', sample: 2 });
    expect(data).toMatchObject({
      name: 'sales.visits',
      sample: [
        ['1', '2025-12-02', null, null],
        ['2', '2025-12-03', null, null],
      ],
    });
    expect(data).not.toHaveProperty('notes');
    await runSql(postgres.url, `create table broad (${Array.from({ length: 300 }, (_, n) => `number_${String(n)} int`).join(', ')})`);
    const { content } = await client.raw.callTool({ name: 'describe', arguments: { object: 'broad' } });
    expect(content).toEqual([
      { type: 'text', text: expect.stringMatching(/^table broad[^]*number_299 integer\n[^]*this role may: select/) },
    ]);
  });

  it('stays within the budget of a result, however wide and strange the table', async () => {
    const unicorns = '🦄'.repeat(15);
    const columns = Array.from(
      { length: 60 },
      (_, n) => `"${unicorns}${String(n).padStart(2, '0')}" text default repeat('${'🦄'.repeat(100)}', 9)`,
    );
    const more = Array.from({ length: 300 }, (_, n) => `c${String(n)} int references strange check (c${String(n)} > 0)`);
    await runSql(postgres.url, `create table strange (id int primary key, ${columns.join(', ')}, ${more.join(', ')})`);
    await runSql(
      postgres.url,
      `insert into strange (id) select generate_series(1, 5);
      do $$ begin for n in 0..299 loop execute format('create index on strange (c%s) where c%s > 0', n, n); end loop; end $$`,
    );
    const { data } = await client.callTool('describe', { object: 'strange', sample: 5 });
    const { sample, sampleColumns, notes } = data as { sample: unknown[]; sampleColumns: string[]; notes: string[] };
    expect(sample.length).toBeGreaterThan(0);
    expect(sampleColumns).toHaveLength(60);
    expect(notes).toContain('sample: more rows do not fit.');
  });

  it.each([{ object: '' }, { object: 'x'.repeat(301) }, { object: 'a\0b' }, { object: '\ud800' }, { object: 'a', sample: 6 }, {}])(
    'refuses %j',
    async (args) => {
      await expect(client.callTool('describe', args)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});

describe('several databases', () => {
  it('are named by source, without a default', async () => {
    await using file = await writeConfigFile({
      sources: { main: { databaseUrl: postgres.url }, narrow: { databaseUrl: postgres.url, allowTables: ['sales.visits'] } },
    });
    await using several = await startInProcess(app, { args: [...file.args] });
    const client = await several.connect();
    const uri = `${template}{?source}`;
    expect((await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toContain(uri);
    await expect(client.readResource('db://table/sales/accounts')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: 'There are: main, narrow.',
    });
    expect(await readText(client, 'db://table/sales/accounts?source=main')).toContain('table sales.accounts');
    expect(await readText(client, 'db://table/sales/visits?source=narrow')).toContain('partitioned_table sales.visits');
    await expect(client.readResource('db://table/sales/accounts?source=narrow')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.readResource('db://table/sales/accounts?source=other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const listed = (await client.listResources()).map((resource) => resource.uri);
    expect(listed).toContain('db://table/sales/accounts?source=main');
    expect(listed.filter((one) => one.endsWith('narrow'))).toEqual(['db://table/sales/visits?source=narrow']);
    expect(await complete(client, ['table', 'accou'], { schema: 'sales' }, uri)).toEqual(['accounts']);
    expect(await complete(client, ['source', 'n'], {}, uri)).toEqual(['narrow']);
    expect(await complete(client, ['table', ''], { schema: 'sales', source: 'narrow' }, uri)).toEqual(['visits']);
    await expect(client.callTool('describe', { object: 'sales.visits', source: 'narrow' })).resolves.toMatchObject({
      data: { name: 'sales.visits' },
    });
    await expect(client.callTool('describe', { object: 'sales.accounts', source: 'narrow' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
