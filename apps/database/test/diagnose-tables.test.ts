import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { asRole, runSql } from './open-catalog.ts';
import { openShop } from './open-shop.ts';
import { runChecks } from '../src/health-checks/run-checks.ts';
import { diagnose, diagnoseSoon, matchFinding, startSickServer, table, type ExpectedFinding, type SickServer } from './sick-server.ts';

let server: SickServer;
beforeAll(async () => {
  server = await startSickServer();
});
afterAll(() => server.stop());

it('finds nothing worse than info in a clean database, as a superuser or not', async () => {
  const url = await server.makeDatabase([
    `create table parents (id int primary key); create table children (id serial primary key, parent int references parents);
     create index on children (parent); insert into parents select generate_series(1, 20000);
     insert into children (parent) select generate_series(1, 20000)`,
    'vacuum analyze',
    "create role plain login password 'pw'",
  ]);
  const all = await diagnose(url, ['connections', 'vacuum', 'indexes', 'sequences', 'constraints', 'longTransactions', 'locks']);
  expect(all).toEqual({
    findings: [],
    skipped: [],
    clean: ['connections', 'vacuum', 'indexes', 'sequences', 'constraints', 'longTransactions', 'locks'],
  });
  const { findings, skipped } = await diagnose(asRole(url, 'plain', 'pw'), [...all.clean, 'role']);
  expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(skipped).toContainEqual({ check: 'sequences', reason: 'The role may not read 1 sequences; GRANT SELECT ON SEQUENCE lets it.' });
  expect(skipped).toContainEqual({ check: 'longTransactions', reason: expect.stringMatching(/pg_read_all_stats/) });
});

/** A cause, and what is found; the SQL of each finding must run. */
interface Cause extends ExpectedFinding {
  readonly what: string;
  readonly sql: readonly string[];
}

const trigger = `create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger audit before insert on t execute function f(); alter table t disable trigger audit`;

const causes: readonly Cause[] = [
  {
    what: 'dead rows',
    sql: [table, 'analyze', 'delete from t where id > 5000'],
    check: 'vacuum',
    severity: 'warning',
    evidence: /"t" has 15,000 dead rows, 75 % of all; never vacuumed/,
    fixSql: /^VACUUM \(ANALYZE\) "public"\."t";$/,
  },
  {
    what: 'no ANALYZE',
    sql: [table],
    check: 'vacuum',
    severity: 'warning',
    evidence: /"t" has about 20,000 rows and was never analysed/,
    fixSql: /^ANALYZE/,
  },
  {
    what: 'the same index twice',
    sql: [table, 'vacuum analyze t', 'create index on t (note)', 'create index t_note_2 on t (note)'],
    check: 'indexes',
    severity: 'warning',
    evidence: /Index "public"\."t_note_2" \(\d+ kB\) of "public"\."t" has the same columns as "public"\."t_note_idx"/,
    fixSql: /^DROP INDEX CONCURRENTLY "public"\."t_note_2";$/,
  },
  {
    what: 'an index on the first columns of another',
    sql: [table, 'create index short on t (other)', 'create index on t (other, note)'],
    check: 'indexes',
    severity: 'info',
    evidence: /"short" .* has the first columns of/,
    fixSql: /"short";$/,
  },
  {
    what: 'the same expression and rows twice, whatever the length of the names',
    sql: [table, 'create index a on t (lower(note)) where id > 5', 'create index longer_name on t (lower(note)) where id > 5'],
    check: 'indexes',
    severity: 'warning',
    evidence: /"longer_name" .* has the same columns as "public"\."a"/,
    fixSql: /"longer_name";$/,
  },
  {
    what: 'the same index twice on a partitioned table, of which none is dropped CONCURRENTLY',
    sql: ['create table t (id int) partition by hash (id)', 'create index a on t (id)', 'create index b on t (id)'],
    check: 'indexes',
    severity: 'warning',
    evidence: /"b" .* has the same columns as "public"\."a"/,
    fixSql: /^DROP INDEX "public"\."b";$/,
  },
  {
    what: 'a unique index beside the primary key',
    sql: [table, 'create unique index again on t (id)'],
    check: 'indexes',
    severity: 'warning',
    evidence: /"again" .* has the same columns as "public"\."t_pkey"/,
    fixSql: /"again";$/,
  },
  {
    what: 'a foreign key without an index',
    sql: [table, 'create table u (t_id int references t); insert into u select 1 from generate_series(1, 12000)', 'analyze u'],
    check: 'indexes',
    severity: 'warning',
    evidence: /foreign key \("t_id"\) of "public"\."u", about 12,000 rows, to "t" has no index/,
    fixSql: /^CREATE INDEX CONCURRENTLY ON "public"\."u" \("t_id"\);$/,
  },
  {
    what: 'a sequence near its maximum',
    sql: ['create sequence s maxvalue 1000', "select setval('s', 850)"],
    check: 'sequences',
    severity: 'warning',
    evidence: /"s" is at 850 of 1000 \(84 %\)/,
    fixSql: /^ALTER SEQUENCE/,
  },
  {
    what: 'a descending sequence near its minimum',
    sql: ['create sequence s minvalue -100 increment -1', "select setval('s', -98)"],
    check: 'sequences',
    severity: 'critical',
    evidence: /"s" is at -98 of -100/,
    fixSql: /NO MINVALUE/,
  },
  {
    what: 'a sequence that starts below the usual minimum',
    sql: ['create sequence s minvalue 0 start 0 maxvalue 1000', "select setval('s', 990)"],
    check: 'sequences',
    severity: 'critical',
    evidence: /"s" is at 990 of 1000/,
    fixSql: /^ALTER SEQUENCE "public"\."s" AS bigint NO MAXVALUE;$/,
  },
  {
    what: 'a sequence near the end of a partitioned column, whose partition is older',
    sql: [
      `create sequence s; create table part (id int default nextval('s'), k int);
       create table whole (id int default nextval('s'), k int) partition by list (k);
       alter table whole attach partition part for values in (1); select setval('s', 2140000000)`,
    ],
    check: 'sequences',
    severity: 'critical',
    evidence: /where column "id" of "public"\."whole"/,
    fixSql: /^ALTER TABLE "public"\."whole"/,
  },
  {
    what: 'a sequence near the end of its type',
    sql: ['create table t (id smallserial)', "select setval('t_id_seq', 30000)"],
    check: 'sequences',
    severity: 'warning',
    evidence: /at 30000 of 32767 \(91 %\), where column "id" of "public"\."t" \(smallint\) ends/,
    fixSql: /TYPE bigint;\nALTER SEQUENCE .* AS bigint;$/,
  },
  {
    what: 'a sequence near the end of a column that only uses it',
    sql: ["create sequence big; create table t (id int default nextval('big'))", "select setval('big', 2140000000)"],
    check: 'sequences',
    severity: 'critical',
    evidence: /at 2140000000 of 2147483647 \(99 %\), where column "id"/,
    fixSql: /TYPE bigint/,
  },
  {
    what: 'a constraint that is NOT VALID',
    sql: [table, 'alter table t add constraint positive check (id > 0) not valid'],
    check: 'constraints',
    severity: 'warning',
    evidence: /"positive" .* NOT VALID/,
    fixSql: /VALIDATE CONSTRAINT "positive";$/,
  },
  {
    what: 'a foreign key that is switched off',
    sql: [table, 'create table u (t int references t)', 'alter table u disable trigger all'],
    check: 'constraints',
    severity: 'critical',
    evidence: /"u_t_fkey" is not enforced/,
    fixSql: /ENABLE TRIGGER ALL;$/,
  },
  {
    what: 'a deferrable constraint that is switched off',
    sql: ['create table t (id int unique deferrable)', 'alter table t disable trigger all'],
    check: 'constraints',
    severity: 'critical',
    evidence: /^Constraint "t_id_key" is not enforced/,
    fixSql: /ENABLE TRIGGER ALL;$/,
  },
  {
    what: 'a disabled trigger',
    sql: [table, trigger],
    check: 'constraints',
    severity: 'warning',
    evidence: /Trigger "audit" of "public"\."t" is disabled/,
    fixSql: /ENABLE TRIGGER "audit";$/,
  },
];

describe('diagnose finds and puts right', () => {
  it.each(causes)('$what', async ({ sql, check, ...expected }) => {
    const url = await server.makeDatabase(sql);
    const { findings, clean } = await diagnoseSoon(url, check);
    expect(findings).toContainEqual(matchFinding({ check, ...expected }));
    expect(clean).toEqual([]);
    for (const { fixSql } of findings) {
      await runSql(url, fixSql ?? '');
    }
  });

  it('a sequence for good, also one whose maximum is set to the end of the column', async () => {
    const url = await server.makeDatabase([
      `create sequence s maxvalue 2147483647; create table t (id int default nextval('s')); select setval('s', 2140000000)`,
    ]);
    const { findings } = await diagnose(url, ['sequences']);
    expect(findings).toHaveLength(1);
    await runSql(url, findings[0]?.fixSql ?? '');
    expect((await diagnose(url, ['sequences'])).clean).toEqual(['sequences']);
  });

  it('an index that a failed CREATE INDEX CONCURRENTLY left behind', async () => {
    const url = await server.makeDatabase([table]);
    await expect(runSql(url, 'create unique index concurrently broken on t (other)')).rejects.toThrow(/could not create unique index/);
    const { findings } = await diagnose(url, ['indexes']);
    const evidence = /"broken" of "public"\."t" is invalid/;
    const fixSql = /^REINDEX INDEX CONCURRENTLY "public"\."broken";$/;
    expect(findings).toEqual([matchFinding({ check: 'indexes', severity: 'warning', evidence, fixSql })]);
    await runSql(url, 'delete from t where id > 9');
    await runSql(url, findings[0]?.fixSql ?? '');
    expect((await diagnose(url, ['indexes'])).clean).toEqual(['indexes']);
  });
});

describe('diagnose does not find superfluous', () => {
  it('a unique index beside a constraint that is checked late: ON CONFLICT needs it', async () => {
    const url = await server.makeDatabase(['create table t (id int unique deferrable)', 'create unique index again on t (id)']);
    expect((await diagnose(url, ['indexes'])).clean).toEqual(['indexes']);
  });

  it('an index of a partition that the one of its table requires', async () => {
    const url = await server.makeDatabase([
      'create table t (id int, note text) partition by list (id); create table part partition of t for values in (1)',
      'insert into t select 1, repeat(md5(i::text), 4) from generate_series(1, 90000) i',
      'create index on t (note); create table loose as select * from t; create index unused on loose (note)',
      'vacuum analyze part, loose',
      'do $$ begin for i in 1..120 loop perform from part limit 1; perform from loose limit 1; end loop; end $$',
    ]);
    const { findings } = await diagnoseSoon(url, 'indexes');
    expect(findings.map(({ fixSql }) => fixSql)).toEqual(['DROP INDEX CONCURRENTLY "public"."unused";']);
  });

  it('a unique index that takes NULL but once beside one that takes more', async () => {
    const url = await server.makeDatabase(['create table t (id int)', 'create unique index on t (id)']);
    // New in PostgreSQL 15.
    const isKnown = await runSql(url, 'create unique index strict on t (id) nulls not distinct').then(
      () => true,
      () => false,
    );
    const { clean } = await diagnose(url, ['indexes']);
    expect({ isKnown, clean }).toEqual({ isKnown, clean: ['indexes'] });
  });
});

describe('diagnose finds, from statistics,', () => {
  it('a large index that nothing used', async () => {
    const url = await server.makeDatabase([
      'create table t (id int, note text)',
      'insert into t select i, repeat(md5(i::text), 4) from generate_series(1, 90000) i',
      'create index unused on t (note)',
      'vacuum analyze t',
      'do $$ begin for i in 1..120 loop perform from t limit 1; end loop; end $$',
    ]);
    const { findings } = await diagnoseSoon(url, 'indexes');
    const evidence = /"unused" \(\d+ MB\) of "public"\."t" was not used since/;
    expect(findings).toEqual([matchFinding({ check: 'indexes', severity: 'info', evidence, fixSql: /^DROP INDEX CONCURRENTLY/ })]);
  });

  it('a cache that misses, once there was enough traffic', async () => {
    const url = await server.makeDatabase(['create table t (id int, note text)']);
    expect((await diagnose(url, ['cache'])).skipped).toEqual([{ check: 'cache', reason: expect.stringMatching(/too few to judge\.$/) }]);
    await runSql(
      url,
      "insert into t select i, repeat('x', 7000) from generate_series(1, 1500) i; alter table t alter note set storage plain",
    );
    await runSql(url, "update t set note = note || 'y'");
    await runSql(url, 'do $$ begin for i in 1..80 loop perform count(*) from t; end loop; end $$');
    const { findings } = await diagnoseSoon(url, 'cache');
    expect(findings).toEqual([
      matchFinding({
        check: 'cache',
        severity: 'warning',
        evidence: /^Of the blocks of tables \d+ % .* Most were read from: "public"\."t"/,
      }),
    ]);
  });

  it('a database whose transaction ids are old', async () => {
    const burn =
      'do $$ begin for i in 1..130000 loop begin insert into t values (i); exception when others then raise; end; end loop; end $$';
    const url = await server.makeDatabase(['create table t (id int)', burn]);
    const { findings } = await diagnose(url, ['vacuum']);
    const evidence = /oldest transaction ids of database "cause_\d+" are \d{3},\d{3} old; autovacuum should freeze at 100,000/;
    expect(findings).toContainEqual(matchFinding({ check: 'vacuum', severity: 'warning', evidence, fixSql: /VACUUM \(FREEZE\);$/ }));
  });
});

it('names nothing that --allow-tables leaves out', async () => {
  const url = await server.makeDatabase([
    table,
    'create table hidden as select * from t',
    'alter table hidden add constraint c check (id > 0) not valid',
  ]);
  const checks = ['vacuum', 'indexes', 'constraints'] as const;
  expect(JSON.stringify(await diagnoseSoon(url, 'constraints'))).toContain('hidden');
  expect(JSON.stringify(await diagnose(url, checks, { tables: readTableAllowList(['t']) }))).not.toContain('hidden');
});

it('tells what an embedded database is', async () => {
  const shop = openShop();
  const { findings, clean, skipped } = await runChecks(shop.source, { signal: new AbortController().signal });
  await shop.close();
  const evidence = /"order_items", about 4,589 rows, to "products" has no index/;
  expect(findings).toEqual([matchFinding({ check: 'indexes', severity: 'info', evidence, fixSql: /^CREATE INDEX/ })]);
  expect(clean).toEqual(['connections', 'vacuum', 'sequences', 'constraints', 'longTransactions', 'locks']);
  expect(skipped.map(({ check }) => check)).toEqual(['cache', 'role']);
});

it('reads thousands of sequences without taking the locks of the whole server', async () => {
  const make = 'do $$ begin for i in 1..2100 loop execute format($f$create sequence s%s maxvalue 1000$f$, i); commit; end loop; end $$';
  const url = await server.makeDatabase([make, "select setval('s900', 999)"]);
  const { findings, skipped } = await diagnose(url, ['sequences']);
  expect(findings).toEqual([
    matchFinding({ check: 'sequences', severity: 'critical', evidence: /"s900" is at 999 of 1000/, fixSql: /^ALTER/ }),
  ]);
  expect(skipped).toEqual([{ check: 'sequences', reason: 'There are 2,100 sequences; 2,000 were looked at.' }]);
});
