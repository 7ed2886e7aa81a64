import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { freePort, recordMeasurement, startPostgres, type TestInstance, until } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import { readSource, type SourceReader } from './read-source.ts';

const isSoak = process.env['SOAK'] === '1';
const maxConnections = 4;
const callers = 16;
/** Of a call of the load: none may run into it where the server is only slow. */
const deadlineMs = 3_000;

let server: TestInstance;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => server.stop());

const open = (url = server.url): SourceReader =>
  readSource(openPostgresSource({ name: 'one', url, maxConnections, statementTimeoutMs: 2 * deadlineMs }));

/** Runs something as an administrator, by a connection that no source knows. */
async function administer(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const ofSource = `application_name = 'trellis-database'`;
const listOurs = `select pid from pg_stat_activity where ${ofSource}`;
const killAll = `select pg_terminate_backend(pid) from pg_stat_activity where ${ofSource}`;

/** What callers in parallel met. */
interface Load {
  answers: number;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** Short and longer statements, again and again. */
function startLoad({ read }: SourceReader): Load {
  let isOver = false;
  const errors: unknown[] = [];
  const call = async (index: number): Promise<void> => {
    for (let round = index; !isOver; round += 1) {
      const sleeps = round % 3 === 0 ? ', pg_sleep(0.02)' : '';
      await read(`select ${String(index)}, i${sleeps} from generate_series(1, 5) i`, { timeoutMs: deadlineMs }).then(
        ({ rows }) => {
          load.answers += rows.every(([first]) => first === String(index)) ? 1 : NaN;
        },
        async (error: unknown) => {
          errors.push(error);
          await sleep(5);
        },
      );
    }
  };
  const calls = Array.from({ length: callers }, (_, index) => call(index));
  const load: Load = {
    answers: 0,
    errors,
    async stop() {
      isOver = true;
      await Promise.all(calls);
    },
  };
  return load;
}

const isOne = ({ rows }: { rows: readonly (readonly unknown[])[] }): boolean => rows[0]?.[0] === '1';

/** How long it takes until `count` more calls were answered. */
async function waitForAnswers(load: Load, count: number): Promise<number> {
  const [before, started] = [load.answers, performance.now()];
  while (load.answers < before + count && performance.now() - started < 30_000) await sleep(5);
  expect(load.answers).toBeGreaterThanOrEqual(before + count);
  return performance.now() - started;
}

/** A connection that the outage broke may take a check or two to be replaced on a busy machine. */
async function waitForHealth({ source }: SourceReader): Promise<void> {
  await until(async () => (await source.check(new AbortController().signal)).ok);
}

function expectRetryable(errors: readonly unknown[]): void {
  const others = errors.filter((error) => !isAppError(error) || error.code !== 'UPSTREAM' || error.retryable !== true);
  expect(others).toEqual([]);
  const text = errors.map((error) => (isAppError(error) ? `${error.message} ${error.hint ?? ''}` : '')).join('\n');
  expect(text).not.toMatch(/127\.0\.0\.1|postgres:|password|\d{4,5}$/m);
}

const outages: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
  ['killed and started again', async () => server.kill(), async () => server.restart()],
  ['restarted', async () => server.restart(), () => Promise.resolve()],
  ['frozen', async () => server.pause(), async () => server.resume()],
  ['without its backends, ten times', async () => terminateTenTimes(), () => Promise.resolve()],
];

async function terminateTenTimes(): Promise<void> {
  for (let time = 0; time < 10; time += 1) {
    await administer(killAll);
    await sleep(100);
  }
}

describe('under load, PostgreSQL', () => {
  it.each(outages)('%s: errors say to try again, and all is well after it', async (what, begin, end) => {
    const reader = open();
    const load = startLoad(reader);
    try {
      await waitForAnswers(load, 50);
      await begin();
      // Where it is silent, longer than a deadline and the second in which a server may still prove that it is only busy.
      await sleep(isSoak ? 10_000 : what === 'frozen' ? deadlineMs + 1_500 : 1_500);
      await end();
      const healedMs = await waitForAnswers(load, 100);
      await load.stop();
      expectRetryable(load.errors);
      expect(load.errors.length).toBeGreaterThan(0);
      await waitForHealth(reader);
      await until(async () => (await administer(listOurs)).length <= maxConnections + 2);
      await recordMeasurement({
        suite: 'database, PostgreSQL',
        name: `${what}: until 100 calls were answered`,
        value: healedMs,
        unit: 'ms',
      });
    } finally {
      await load.stop();
      await reader.close();
    }
  });
});

describe('connections that nobody uses', () => {
  it('may be cut, and the next call has another', async () => {
    const reader = open();
    await Promise.all(Array.from({ length: maxConnections }, () => reader.read('select pg_sleep(0.05)')));
    await administer(killAll);
    await until(async () => (await administer(listOurs)).length === 0);
    await sleep(100);
    const pages = await Promise.all(Array.from({ length: maxConnections }, () => reader.read('select 1')));
    expect(pages.map(({ rows }) => rows)).toEqual(Array.from({ length: maxConnections }, () => [['1']]));
    await reader.close();
  });
});

describe('a database that is not there', () => {
  it('fails calls with what to do, and is found once it is there', async () => {
    const reader = open();
    await server.kill();
    const signal = new AbortController().signal;
    try {
      await expect(reader.read('select 1')).rejects.toMatchObject({
        code: 'UPSTREAM',
        retryable: true,
        message: 'Postgres did not answer.',
      });
      await expect(reader.source.gate.check('select now()')).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
      // Where a connection takes longer to be refused than a check may take, the first ones only say that.
      await until(async () => (await reader.source.check(signal)).detail === 'Postgres did not answer.');
    } finally {
      await server.restart();
    }
    await until(async () => reader.read('select 1').then(isOne, () => false));
    await until(async () =>
      reader.source.gate.check('select now()').then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await waitForHealth(reader);
    await reader.close();
  });

  it('is told by a check within two seconds when it is silent, and again when it is back', async () => {
    const reader = open();
    const signal = new AbortController().signal;
    expect(await reader.source.check(signal)).toEqual({ ok: true });
    await server.pause();
    try {
      const started = performance.now();
      expect(await reader.source.check(signal)).toEqual({ ok: false, detail: 'does not answer' });
      expect(performance.now() - started).toBeLessThan(isSoak ? 2_000 : 10_000);
    } finally {
      await server.resume();
    }
    await waitForHealth(reader);
    await reader.close();
  });
});

describe('a URL that does not work', () => {
  it.each([
    ['a wrong password', { password: 'hunter2-and-more' }, { code: 'UPSTREAM', retryable: false, message: 'Postgres refused access.' }],
    ['another database', { pathname: '/no_such' }, { code: 'UPSTREAM', retryable: false, message: 'Postgres has no such database.' }],
    ['a port without a server', {}, { code: 'UPSTREAM', retryable: true, message: 'Postgres did not answer.' }],
  ])('is told of without its address: %s', async (_what, change, expected) => {
    const url = Object.assign(new URL(server.url), change);
    if (Object.keys(change).length === 0) url.port = String(await freePort());
    const reader = open(url.href);
    const error: unknown = await reader.read('select 1').catch((caught: unknown) => caught);
    expect(error).toMatchObject(expected);
    expect(JSON.stringify(error)).not.toMatch(/hunter2|127\.0\.0\.1|no_such/);
    await reader.close();
  });
});
