import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, until } from '@trellis-mcp/test-services';
import { readTableAllowList } from '../src/sql/table-allow-list.ts';
import { asRole, runSql } from './open-catalog.ts';
import { connect, diagnose, matchFinding, startSickServer, table, type SickServer } from './sick-server.ts';

let server: SickServer;
beforeAll(async () => {
  server = await startSickServer();
});
afterAll(() => server.stop());

describe('diagnose finds', () => {
  it('a transaction that is idle for long, without its statement', async () => {
    const url = await server.makeDatabase([table]);
    const session = await connect(url);
    await session.query("begin; select 'hunter2' from t limit 1");
    const { findings } = await diagnose(url, ['longTransactions'], { longTransactionMs: 0 });
    await session.end();
    const evidence =
      /^Session \d+ of role "postgres" in database "cause_\d+" is in one transaction for \d+ s, idle in a transaction for \d+ s/;
    const fixSql = /^SELECT pg_terminate_backend\(\d+\);$/;
    expect(findings).toEqual([matchFinding({ check: 'longTransactions', severity: 'warning', evidence, fixSql })]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect((await diagnose(url, ['longTransactions'])).clean).toEqual(['longTransactions']);
  });

  it('a prepared transaction that was forgotten', async () => {
    const url = await server.makeDatabase([table, "begin; delete from t where id = 1; prepare transaction 'it''s mine'"]);
    const { findings } = await diagnose(url, ['longTransactions'], { longTransactionMs: 0 });
    const evidence = /transaction 'it''s mine' .* neither committed nor/;
    const fixSql = /^ROLLBACK PREPARED 'it''s mine';$/;
    expect(findings).toEqual([matchFinding({ check: 'longTransactions', severity: 'critical', evidence, fixSql })]);
    await runSql(url, findings[0]?.fixSql ?? '');
    expect((await diagnose(url, ['longTransactions'], { longTransactionMs: 0 })).clean).toEqual(['longTransactions']);
  });

  it('a replication slot without a reader', async () => {
    const url = await server.makeDatabase(["select pg_create_logical_replication_slot('gone', 'pgoutput')"]);
    const { findings } = await diagnose(url, ['longTransactions']);
    const evidence = /slot "gone" has no reader and keeps dead rows/;
    const fixSql = /^SELECT pg_drop_replication_slot\('gone'\);$/;
    expect(findings).toEqual([matchFinding({ check: 'longTransactions', severity: 'warning', evidence, fixSql })]);
    await runSql(url, findings[0]?.fixSql ?? '');
    expect((await diagnose(url, ['longTransactions'])).clean).toEqual(['longTransactions']);
  });
});

describe('diagnose finds what is shared,', () => {
  it('a lock that somebody waits for, and names its table when it may', async () => {
    const url = await server.makeDatabase([table]);
    const [holder, waiter] = [await connect(url), await connect(url)];
    await holder.query("begin; update t set note = 'hunter2' where id = 1");
    const waiting = waiter.query('update t set note = null where id = 1').catch(() => undefined);
    await expectWait(url);
    const { findings } = await diagnose(url, ['locks'], { longWaitMs: 0 });
    const evidence =
      /^Session \d+ of role "postgres" waits for \d+ s for ShareLock on "public"\."t", held by session \d+ of role "postgres" \(idle in transaction\)\.$/;
    const fixSql = /^SELECT pg_terminate_backend\(\d+\);$/;
    expect(findings).toEqual([matchFinding({ check: 'locks', severity: 'warning', evidence, fixSql })]);
    expect((await diagnose(url, ['locks'], { tables: readTableAllowList(['other']) })).findings[0]?.evidence).toContain(
      'on a transactionid',
    );
    await runSql(url, findings[0]?.fixSql ?? '');
    await waiting;
    await Promise.all([holder.end(), waiter.end()]);
    expect((await diagnose(url, ['locks'])).clean).toEqual(['locks']);
  });

  it('a lock that a prepared transaction holds, which has no session to stop', async () => {
    const url = await server.makeDatabase([table, "begin; delete from t where id = 1; prepare transaction 'held'"]);
    const waiter = await connect(url);
    const waiting = waiter.query('update t set note = null where id = 1').catch(() => undefined);
    await expectWait(url);
    const { findings } = await diagnose(url, ['locks'], { longWaitMs: 0 });
    await runSql(url, "rollback prepared 'held'");
    await waiting;
    await waiter.end();
    const evidence = /^Session \d+ of role "postgres" waits for \d+ s for ShareLock on .*, held by a prepared transaction\.$/;
    expect(findings).toEqual([matchFinding({ check: 'locks', severity: 'warning', evidence })]);
  });

  it('a server that has few connections left', async () => {
    const url = await server.makeDatabase();
    // Sessions of earlier tests may still be about to end.
    const alone = await connect(url);
    await until(async () => (await alone.query(`select pid from pg_stat_activity where backend_type = 'client backend'`)).rowCount === 1);
    await alone.end();
    const clients = await Promise.all(Array.from({ length: 15 }, async () => connect(url)));
    const { findings } = await diagnose(url, ['connections']);
    await Promise.all(clients.map(async (client) => client.end()));
    const evidence = /^The server has 1[67] of 20 connections in use \(8\d %\)/;
    expect(findings).toEqual([matchFinding({ check: 'connections', severity: 'warning', evidence })]);
  });
});

async function expectWait(url: string): Promise<void> {
  await until(async () => (await diagnose(url, ['locks'])).findings.length > 0);
}

describe('diagnose', () => {
  it('gives ten findings of a check and counts the rest', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `column_${String(index)}`);
    const twice = names.map((name) => `create index on t (${name}); create index on t (${name})`).join(';');
    const unindexed = names.map(
      (name) => `create table ${name} (t int references t); insert into ${name} select 1 from generate_series(1, 1000)`,
    );
    const url = await server.makeDatabase([
      `create table t (id int primary key, ${names.map((name) => `${name} int`).join(', ')}); insert into t values (1)`,
      twice,
      `${unindexed.join(';')}; analyze`,
    ]);
    const { findings } = await diagnose(url, ['indexes', 'constraints']);
    expect(findings).toHaveLength(11);
    expect(findings.map(({ severity }) => severity)).toEqual([...Array.from({ length: 8 }, () => 'warning'), 'info', 'info', 'info']);
    expect(findings[10]).toEqual({ check: 'indexes', severity: 'info', evidence: 'There are 6 more findings of this check.' });
  });

  it('goes on when a check may not read what it needs', async () => {
    const url = await server.makeDatabase([
      "revoke all on pg_catalog.pg_stat_all_tables from public; create role plain login password 'pw'",
    ]);
    expect(await diagnose(asRole(url, 'plain', 'pw'), ['vacuum', 'constraints'])).toEqual({
      findings: [],
      clean: ['constraints'],
      skipped: [{ check: 'vacuum', reason: expect.stringMatching(/refused/) }],
    });
  });

  it('fails when the database is away, and when its caller is', async () => {
    const away = `postgres://reader:hunter2@127.0.0.1:${String(await freePort())}/postgres`;
    await expect(diagnose(away, ['locks', 'vacuum'])).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(diagnose(server.instance.url, ['locks'], { signal })).rejects.toThrow('gone');
  });
});
