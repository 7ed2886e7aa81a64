import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { openAdviseDatabase } from './advise-fixture.ts';

const database = await openAdviseDatabase();
afterAll(() => database.close());

const create = 'CREATE INDEX CONCURRENTLY ON public.parcels';

const coded = 'CREATE INDEX CONCURRENTLY ON public.coded';

const missing: readonly (readonly [what: string, sql: string, createSql: string])[] = [
  ['equality', 'select * from parcels where person_id = $1', `${create} (person_id);`],
  ['a value', 'select * from parcels where person_id = 7', `${create} (person_id);`],
  ['one of many values', "select * from parcels where label = any ('{L1,L2}')", `${create} (label);`],
  ['a rare value of a common column', "select * from parcels where state = 'failed'", `${create} (state);`],
  ['a range', "select * from parcels where sent_at between '2026-01-01' and '2026-01-02'", `${create} (sent_at);`],
  ['equality and range', 'select * from parcels where person_id = $1 and sent_at > $2', `${create} (person_id, sent_at);`],
  ['equality and order', 'select * from parcels where person_id = $1 order by sent_at desc limit 10', `${create} (person_id, sent_at);`],
  ['order alone', 'select * from parcels order by sent_at desc limit 10', `${create} (sent_at);`],
  ['an order of its own', 'select * from parcels order by sent_at desc, note limit 10', `${create} (sent_at DESC, note);`],
  ['nulls out of order', 'select * from parcels order by deleted_at desc nulls last limit 10', `${create} (deleted_at DESC NULLS LAST);`],
  ['the latest', 'select max(sent_at) from parcels', `${create} (sent_at);`],
  ['an expression', 'select * from parcels where lower(note) = $1', `${create} (lower(note));`],
  ['an expression of a varchar', 'select * from parcels where lower(label) = $1', `${create} (lower((label)::text));`],
  ['a key of a document', "select * from parcels where body ->> 'name' = $1", `${create} ((body ->> 'name'::text));`],
  ['a document that holds', `select * from parcels where body @> '{"k": 7}'`, `${create} USING gin (body jsonb_path_ops);`],
  ['an array that holds', `select * from parcels where tags @> array['t7']`, `${create} USING gin (tags);`],
  ['words', "select * from parcels where to_tsvector('english', note) @@ to_tsquery('english', 'note')", 'to_tsvector'],
  ['the start of a text', "select * from parcels where note like 'Note 123%'", `${create} (note);`],
  ['a part of a text', "select * from parcels where note ilike '%12345%'", `${create} USING gin (note gin_trgm_ops);`],
  [
    'what is rarely null',
    'select * from parcels where deleted_at is null and person_id = $1',
    `${create} (person_id) WHERE deleted_at IS NULL;`,
  ],
  ['a flag that is rarely set', 'select * from parcels where is_lost', `${create} (is_lost) WHERE is_lost;`],
  ['a side of an OR', "select * from parcels where label = $1 or (person_id = $2 and state = 'ok')", `${create} (person_id);`],
  ['the other side of an OR', "select * from parcels where label = $1 or (person_id = $2 and state = 'ok')", `${create} (label);`],
  [
    'a foreign key',
    'select p.email, count(*) from people p join parcels c on c.person_id = p.id where p.email = $1 group by 1',
    `${create} (person_id);`,
  ],
  [
    'a subquery for each row',
    'select (select max(c.sent_at) from parcels c where c.person_id = p.id) from people p where p.id < 10',
    `${create} (person_id, sent_at);`,
  ],
  ['a subquery first', 'select * from parcels where person_id = (select max(id) from people)', `${create} (person_id);`],
  [
    'a hashed subquery beside it',
    'select * from parcels where label = $1 and person_id not in (select id from people)',
    `${create} (label);`,
  ],
  [
    'names that need quotes',
    'select * from "Odd ""Schema"."select" where "b c" = 3 order by "order" limit 3',
    'CREATE INDEX CONCURRENTLY ON "Odd ""Schema"."select" ("b c", "order");',
  ],
  ['a char(n) compared as text', 'select * from coded where code = $1::text', `${coded} (((code)::text));`],
  ['a name compared as text', 'select * from coded where nick::text = $1', `${coded} (((nick)::text));`],
  [
    'the start of what is made of a char(n)',
    "select * from coded where lower(local) like 'c77%'",
    '(lower((local)::text) text_pattern_ops);',
  ],
  [
    'a function with a grammar of its own',
    "select * from coded where position('9' in note) = 9",
    `${coded} ("position"(note, '9'::text));`,
  ],
  ['another', "select * from coded where normalize(note) = 'x'", `${coded} ("normalize"(note, 'NFC'));`],
  ['partitions', 'select * from measured where sensor = $1', 'CREATE INDEX ON public.measured (sensor);'],
];

describe('advice without hypopg', () => {
  it.each(missing)('finds the index for %s', async (_what, sql, createSql) => {
    const { advice, notes } = await database.advise([sql]);
    expect([sql, advice.map((one) => one.createSql), notes]).toEqual([
      sql,
      expect.arrayContaining([expect.stringContaining(createSql)]),
      notes,
    ]);
    expect(advice[0]?.reason).toContain('heuristic');
    expect(advice[0]).not.toHaveProperty('estimatedGain');
  });

  it('gives SQL that PostgreSQL takes', async () => {
    const { advice: first } = await database.advise(missing.map(([, sql]) => sql).slice(0, 20));
    const advice = [...first];
    expect(advice.length).toBeGreaterThan(5);
    advice.push(...(await database.advise(missing.map(([, sql]) => sql).slice(20))).advice);
    for (const { createSql, reason } of advice) {
      const needed = /Needs CREATE EXTENSION (\w+)/.exec(reason)?.[1];
      const statement = createSql.replace(' CONCURRENTLY', '');
      await database.run(
        `begin; truncate parcels, people; ${needed === undefined ? '' : `create extension ${needed};`} ${statement} rollback`,
      );
    }
  });
});

const fine: readonly (readonly [what: string, sql: string, note: string])[] = [
  ['a primary key', 'select * from parcels where id = $1', ''],
  ['an index that is there', 'select * from covered where person_id = $1 order by sent_at limit 3', ''],
  ['an index that starts with it', 'select * from covered where person_id = $1', ''],
  ['a table that is small', "select * from small where name = 'n1'", 'too small'],
  ['a filter that keeps most', "select * from parcels where state = 'ok'", 'no index helps'],
  ['an OR of which one side keeps most', "select * from parcels where label = $1 or state = 'ok'", 'no index helps'],
  ['all rows', 'select count(*) from parcels', ''],
  ['a cast that may change', 'select * from parcels where sent_at::date = $1', 'no index helps'],
  ['system tables', 'select relname from pg_class where relpages > 1000', ''],
  ['parts of a char(n), which trigrams do not take', "select * from coded where code like '%c77%'", 'no index helps'],
  ['functions', 'select * from generate_series(1, 1000) n where n = 3', ''],
  ['no table', 'select 1', ''],
];

describe('no advice', () => {
  it.each(fine)('for %s', async (_what, sql, note) => {
    const { advice, notes } = await database.advise([sql]);
    expect(advice).toEqual([]);
    expect(notes.join('\n')).toContain(note);
  });
});

describe('advice for many statements', () => {
  it('merges what one index can serve', async () => {
    const { advice } = await database.advise([
      'select * from parcels where person_id = $1',
      'select * from parcels where person_id = $1 order by sent_at limit 5',
      'select * from parcels where label = $1 and person_id = $2',
    ]);
    expect(advice.map(({ createSql }) => createSql).toSorted()).toEqual([`${create} (label);`, `${create} (person_id, sent_at);`]);
    expect(advice.flatMap(({ evidence }) => evidence).join('\n')).toMatch(/query 1: [^]*query 2: /);
  });

  it('says which index becomes superfluous', async () => {
    await database.run('create index parcels_person_idx on parcels (person_id)');
    const { advice } = await database.advise(['select * from parcels where person_id = $1 order by sent_at limit 5']);
    await database.run('drop index parcels_person_idx');
    expect(advice[0]?.reason).toContain('parcels_person_idx would be superfluous');
  });

  it('says that an index is broken', async () => {
    await database.run(`create index parcels_label_idx on parcels (label);
      update pg_index set indisvalid = false where indexrelid = 'parcels_label_idx'::regclass`);
    const { advice, notes } = await database.advise(['select * from parcels where label = $1']);
    await database.run('drop index parcels_label_idx');
    expect(advice).toEqual([]);
    expect(notes.join('\n')).toContain('REINDEX INDEX CONCURRENTLY parcels_label_idx');
  });
});

it('names the operator class of trigrams where they are not in public', async () => {
  await database.run('create schema "E x"; create extension pg_trgm schema "E x"');
  const { advice } = await database.advise(["select * from parcels where note ilike '%12345%'"]);
  await database.run(`begin; truncate parcels; ${advice[0]?.createSql.replace(' CONCURRENTLY', '') ?? ''} rollback`);
  await database.run('drop schema "E x" cascade');
  expect(advice.map(({ createSql }) => createSql)).toEqual([`${create} USING gin (note "E x".gin_trgm_ops);`]);
});

it('does not take one use of a table for another', async () => {
  const sql = 'select * from parcels where label = $1 and exists (select from parcels where note = $2)';
  const { advice } = await database.advise([sql]);
  expect(advice.map(({ createSql }) => createSql).toSorted()).toEqual([`${create} (label);`, `${create} (note);`]);
});

describe('statements that fail', () => {
  it('goes on after what is refused or wrong, and says so', async () => {
    const queries = ['delete from parcels', 'select * from nowhere', 'select pg_sleep(9)', 'select * from parcels where label = $1'];
    const { advice, notes } = await database.advise(queries);
    expect(advice).toHaveLength(1);
    expect(notes.join('\n')).toMatch(/query 1: DELETE is refused[^]*query 3: [^]*query 2: relation "nowhere" does not exist/);
    await expect(database.advise(['delete from parcels'])).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining('query 1'),
    });
    await expect(database.advise(['select * from nowhere'])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('goes on after a table that somebody holds locked', async () => {
    const locker = new Client({ connectionString: database.instance.url });
    await locker.connect();
    await locker.query('begin; lock table covered in access exclusive mode');
    const queries = ['select * from covered where state = $1', 'select * from parcels where label = $1'];
    const report = database.advise(queries);
    const { advice, notes } = await report.finally(async () => locker.end());
    expect(advice.map(({ createSql }) => createSql)).toEqual([`${create} (label);`]);
    expect(notes).toEqual(['query 1: The database failed with SQLSTATE 55P03.']);
  });

  it('does not speak of tables that callers may not know', async () => {
    await database.run('create view shown as select label, note from parcels; grant select on shown to reader');
    const { advice, notes } = await database.advise(['select * from shown where label = $1'], { tables: ['shown'] });
    await database.run('drop view shown');
    expect(advice).toEqual([]);
    expect(notes).toEqual(['Tables outside of --allow-tables were not judged.']);
  });

  it('stops when the caller goes away', async () => {
    const gone = AbortSignal.abort();
    await expect(database.advise(['select * from parcels where label = $1'], { signal: gone })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

it('has created nothing', async () => {
  const indexes = await database.run(`select indexrelid::regclass::text from pg_index where indrelid = 'parcels'::regclass`);
  expect(indexes).toEqual([['parcels_pkey']]);
});
