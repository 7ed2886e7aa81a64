import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Target } from './attacks-target.ts';

/** Places of a statement in which a function can be called. */
export const places: Readonly<Record<string, (call: string) => string>> = {
  'the select list': (call) => `select 1, ${call}`,
  FROM: (call) => `select * from ${call}`,
  'ROWS FROM': (call) => `select * from rows from (generate_series(1, 2), ${call}) with ordinality`,
  LATERAL: (call) => `select 1 from secrets s left join lateral (select ${call}) x on true`,
  'WHERE of a subquery in a WITH': (call) =>
    `with a as (select 1 where exists (select from secrets where ${call} is null)) select 1 from a`,
  'ORDER BY and LIMIT': (call) => `select 1 order by (select ${call}) limit (select length(${call}::text))`,
  'FILTER and a window': (call) => `select count(*) filter (where ${call} is null) over (partition by ${call}) from secrets`,
  'CASE in VALUES': (call) => `values (1), (case when true then coalesce(length(${call}::text), 1) end)`,
};

/** VOLATILE by declaration, and let through: clocks, randomness, sizes, what is there anyway. Not on every version. */
export const knownHarmless = [
  ...['array_sample', 'array_shuffle', 'clock_timestamp', 'current_query', 'gen_random_uuid', 'pg_blocking_pids', 'pg_database_size'],
  ...['pg_current_wal_lsn', 'pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_last_xact_replay_timestamp', 'timezone'],
  ...['pg_indexes_size', 'pg_is_in_recovery', 'pg_partition_ancestors', 'pg_partition_tree', 'pg_relation_size', 'pg_sequence_last_value'],
  ...['pg_table_size', 'pg_tablespace_size', 'pg_total_relation_size', 'random', 'random_normal', 'timeofday', 'uuidv4', 'uuidv7'],
];

/** Not VOLATILE, and refused: they run SQL given as text, read files, or use up transaction ids. */
const knownRefused =
  /^((query|table|schema|database|cursor)_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table|dblink\w*|txid_current|pg_current_xact_id|pg_hba_file_rules|pg_ident_file_mappings|pg_show_all_file_settings|pg_get_shmem_allocations)$/;

async function list({ look }: Target, where: string): Promise<string[]> {
  const rows = await look(`select proname::text as name from pg_proc group by proname having ${where} order by 1`);
  return rows.map(({ name }) => String(name));
}

async function isAccepted({ source }: Target, sql: string): Promise<boolean> {
  const verdict = await source.gate.check(sql);
  expect(verdict.ok ? 'function' : verdict.reason).toBe('function');
  return verdict.ok;
}

/** Every function of a database, as its own catalogue lists them, in every place. */
export function describeVolatileFunctions(getTarget: () => Target): void {
  it.each(Object.entries(places))('every VOLATILE function is refused in %s, but for the harmless ones', async (_place, put) => {
    const names = await list(getTarget(), `bool_or(provolatile = 'v')`);
    expect(names.length).toBeGreaterThan(150);
    const accepted: string[] = [];
    for (const name of names) {
      if (await isAccepted(getTarget(), put(`"${name}"(1)`))) {
        accepted.push(name);
      }
    }
    expect(accepted).toEqual(accepted.filter((name) => knownHarmless.includes(name)));
    expect(accepted).toContain('clock_timestamp');
  });

  it('every VOLATILE function of one argument is refused after a dot', async () => {
    const names = await list(getTarget(), `bool_or(provolatile = 'v' and pronargs >= 1 and pronargs - pronargdefaults <= 1)`);
    for (const name of names.filter((each) => !knownHarmless.includes(each))) {
      expect([name, await isAccepted(getTarget(), `select (s.id)."${name}" from secrets s`)]).toEqual([name, false]);
      expect([name, await isAccepted(getTarget(), `select s."${name}" from secrets s`)]).toEqual([name, false]);
    }
  });

  it('no other function is refused, but for those that run texts or read files', async () => {
    const names = await list(getTarget(), `bool_and(provolatile <> 'v')`);
    expect(names.length).toBeGreaterThan(2_000);
    const refused: string[] = [];
    for (const name of names.filter((each) => !knownRefused.test(each))) {
      if (!(await isAccepted(getTarget(), `select pg_catalog."${name}"(1)`))) {
        refused.push(name);
      }
    }
    expect(refused).toEqual(ownRefused);
  });
}

/** The same in places within places, at random. */
export function describeNestedCalls(getTarget: () => Target): void {
  it('a VOLATILE function is refused in places within places', async () => {
    const names = await list(getTarget(), `bool_or(provolatile = 'v')`);
    const name = fc.constantFrom(...names.filter((each) => !knownHarmless.includes(each)));
    const path = fc.array(fc.constantFrom(...Object.values(places)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(name, path, async (called, [first, ...rest]) => {
        const call = rest.reduce((inner, put) => `lower((select string_agg(x::text, '') from (${put(inner)}) x))`, `"${called}"(1)`);
        const sql = first?.(call) ?? '';
        expect(await isAccepted(getTarget(), sql)).toBe(false);
        expect(await isAccepted(getTarget(), sql.replaceAll(`"${called}"(1)`, 'lower(1)'))).toBe(true);
      }),
      { numRuns: process.env['SOAK'] === '1' ? 20_000 : 150 },
    );
  });
}

/** Of `attacks-objects.ts`: aggregates of VOLATILE parts, VOLATILE defaults, and casts in the shape of a call. */
const ownRefused = ['act_end', 'act_moving', 'act_set', 'act_sum', 'checked_range', 'with_default'];
