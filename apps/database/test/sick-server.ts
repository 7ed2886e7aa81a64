import { expect } from '@jest/globals';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import type { CheckName } from '../src/health-checks/check-names.ts';
import { runChecks, type Diagnosis, type RunChecksOptions } from '../src/health-checks/run-checks.ts';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { runSql } from './open-catalog.ts';

/** A server whose databases get sick. */
export interface SickServer {
  readonly instance: TestInstance;
  /** A database of its own for one cause; each statement runs in a session of its own. */
  makeDatabase(sql?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const settings = {
  max_connections: '20',
  shared_buffers: '1MB',
  wal_level: 'logical',
  max_prepared_transactions: '2',
  autovacuum: 'off',
  autovacuum_freeze_max_age: '100000',
  max_locks_per_transaction: '16',
};

/** Starts a server on which nothing cleans up. */
export async function startSickServer(): Promise<SickServer> {
  const instance = await startPostgres({ settings });
  let count = 0;
  return {
    instance,
    async makeDatabase(sql = []) {
      count += 1;
      const url = new URL(instance.url);
      url.pathname = `/cause_${String(count)}`;
      await runSql(instance.url, `create database cause_${String(count)}`);
      for (const statement of sql) {
        await runSql(url.href, statement);
      }
      return url.href;
    },
    stop: async () => instance.stop(),
  };
}

/** Runs checks over a source as the server opens it. */
export async function diagnose(url: string, checks: readonly CheckName[], options: Partial<RunChecksOptions> = {}): Promise<Diagnosis> {
  const source = openPostgresSource({ name: 'sick', url });
  try {
    return await runChecks(source, { checks, signal: new AbortController().signal, ...options });
  } finally {
    await source.close();
  }
}

/** Statistics reach other sessions when the session that made them ends; older servers take half a second more. */
export async function diagnoseSoon(url: string, check: CheckName): Promise<Diagnosis> {
  const deadline = performance.now() + 30_000;
  let diagnosis = await diagnose(url, [check]);
  while (diagnosis.findings.length === 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    diagnosis = await diagnose(url, [check]);
  }
  return diagnosis;
}

/** A session of a test's own. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** What a finding must be like. */
export interface ExpectedFinding {
  readonly check: CheckName;
  readonly severity: string;
  readonly evidence: RegExp;
  /** Default: none. */
  readonly fixSql?: RegExp | undefined;
}

/** Matches a finding, for `toEqual`. */
export function matchFinding({ check, severity, evidence, fixSql }: ExpectedFinding) {
  const said = { check, severity, evidence: expect.stringMatching(evidence) };
  return fixSql === undefined ? said : { ...said, fixSql: expect.stringMatching(fixSql) };
}

/** A table of 20,000 rows. */
export const table = `create table t (id int primary key, other int, note text);
  insert into t select i, i % 9, 'x' from generate_series(1, 20000) i`;
