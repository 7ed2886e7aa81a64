import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { explainStatement } from '../src/plans/explain-statement.ts';
import { createHypopg, openAdviseDatabase } from './advise-fixture.ts';

const database = await openAdviseDatabase();
afterAll(() => database.close());

/** Installed by the gate; elsewhere these tests are skipped by name. */
const withHypopg = (await createHypopg(database)) ? describe : describe.skip;

const byPerson = 'select * from parcels where person_id = $1 order by sent_at desc limit 10';
const create = 'CREATE INDEX CONCURRENTLY ON public.parcels (person_id, sent_at);';
const limits = { signal: new AbortController().signal, timeoutMs: 10_000 };

async function costOf(): Promise<number> {
  const { plan } = await explainStatement(database.source, { sql: byPerson, parameters: 1 }, limits);
  return plan.nodes[0]?.cost ?? 0;
}

withHypopg('advice with hypopg', () => {
  it('says what the planner would save', async () => {
    const { advice } = await database.advise([byPerson]);
    expect(advice).toMatchObject([{ createSql: create, estimatedGain: expect.any(Number) }]);
    expect(advice[0]?.estimatedGain).toBeGreaterThan(0.9);
    expect(advice[0]?.estimatedGain).toBeLessThanOrEqual(1);
    expect(advice[0]?.reason).not.toContain('heuristic');
  });

  it('saves about as much when the index is really there', async () => {
    const before = await costOf();
    const { advice } = await database.advise([byPerson]);
    await database.run('create index parcels_real_idx on parcels (person_id, sent_at)');
    const gain = 1 - (await costOf()) / before;
    const again = await database.advise([byPerson]);
    await database.run('drop index parcels_real_idx');
    expect(Math.abs(gain - (advice[0]?.estimatedGain ?? 0))).toBeLessThan(0.05);
    expect(again.advice).toEqual([]);
  });

  it('drops what the planner would not use, and says so', async () => {
    const { advice, notes } = await database.advise([
      'select p.region, max(c.note) from parcels c join people p on p.id = c.person_id group by 1',
    ]);
    expect(advice).toEqual([]);
    expect(notes.join('\n')).toContain('(person_id): tried with hypopg');
  });

  it('falls back on heuristics where the role may not try', async () => {
    await database.run('revoke execute on function hypopg_create_index(text) from public');
    const { advice, notes } = await database.advise([byPerson]);
    await database.run('grant execute on function hypopg_create_index(text) to public');
    expect(advice[0]?.reason).toContain('heuristic');
    expect(notes.join('\n')).toContain('hypopg could not try');
  });
});

withHypopg('several indexes for one statement', () => {
  it('are not advised where one does', async () => {
    const { advice } = await database.advise([
      "select * from people p where p.email = $1 and exists (select from parcels c where c.person_id = p.id and c.state = 'failed')",
    ]);
    expect(advice.filter(({ createSql }) => createSql.includes('parcels'))).toHaveLength(1);
  });

  it('are tried together for the sides of an OR', async () => {
    const { advice } = await database.advise(['select * from parcels where label = $1 or person_id = $2']);
    expect(advice.map(({ createSql }) => createSql)).toHaveLength(2);
    expect(advice[0]?.estimatedGain).toBeGreaterThan(0.9);
  });

  it('says of what it cannot try that it is a heuristic', async () => {
    const { advice } = await database.advise([`select * from parcels where body @> '{"k": 7}'`]);
    expect(advice[0]?.reason).toContain('hypopg cannot try');
    expect(advice[0]).not.toHaveProperty('estimatedGain');
  });
});

withHypopg('a session that tried indexes', () => {
  it('has created nothing, and keeps nothing', async () => {
    await database.advise([byPerson]);
    const cost = await costOf();
    for (let count = 0; count < 20; count += 1) {
      expect(await costOf()).toBe(cost);
    }
    const results = await database.source.runScript([{ sql: 'select count(*) from hypopg()' }], limits);
    expect(results[0]?.rows).toEqual([['0']]);
    expect(await database.run(`select count(*)::int from pg_index where indrelid = 'parcels'::regclass`)).toEqual([[1]]);
  });

  it('is closed when it failed between creating and dropping', async () => {
    const script = [{ sql: `select indexname from hypopg_create_index('create index on parcels (note)')` }, { sql: 'select 1/0' }];
    for (let count = 0; count < 3; count += 1) {
      await expect(database.source.runScript(script, { ...limits, leavesTraces: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    for (let count = 0; count < 10; count += 1) {
      const results = await database.source.runScript([{ sql: 'select count(*) from hypopg()' }], limits);
      expect(results[0]?.rows).toEqual([['0']]);
    }
  });
});

describe('advice from pg_stat_statements', () => {
  beforeAll(async () => {
    await database.run('create extension pg_stat_statements; select pg_stat_statements_reset()');
  });

  it('takes the dearest SELECTs and passes over all else', async () => {
    for (let person = 1; person <= 5; person += 1) {
      await database.run(`select * from parcels where person_id = ${String(person)}`);
    }
    await database.run(`begin; delete from parcels where label = 'L7'; rollback`);
    await database.run(`select count(*), pg_sleep(0.01) from parcels where note = 'x'`);
    await database.run(`create temp table gone (id int); select * from gone where id = 7`);
    await database.run(`select date '2026-01-01' + interval '1 day', count(*) from parcels where state = 'failed'`);
    await database.run(`/* "; drop table parcels; -- */ select * from parcels where label = 'L9'`);
    const { advice, notes } = await database.advise([]);
    const found = advice.map(({ createSql }) => createSql);
    expect(found).toContain('CREATE INDEX CONCURRENTLY ON public.parcels (person_id);');
    expect(found).toContain('CREATE INDEX CONCURRENTLY ON public.parcels (label);');
    expect(found.join('\n')).not.toContain('note');
    expect(advice.flatMap(({ evidence }) => evidence).join('\n')).toContain('5 calls');
    expect(notes.join('\n')).toMatch(/statements of pg_stat_statements were passed over/);
  });

  it('shows no statement of tables that callers may not read', async () => {
    const { advice, notes } = await database.advise([], { tables: ['small'] });
    expect(advice).toEqual([]);
    expect(JSON.stringify(notes)).not.toContain('person_id');
  });

  it('does not see what another database ran', async () => {
    const before = await database.advise([]);
    await database.run('create database other');
    expect((await database.advise([])).advice).toHaveLength(before.advice.length);
  });
});
