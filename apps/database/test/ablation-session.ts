import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { SqlGate } from '../src/sql/gate.ts';
import type { Layer } from './ablation-layers.ts';

/** Deadline of the server. */
const deadlineMs = 200;
/** When a statement counts as waiting, where it is one that may; all others end by themselves, if late on a busy machine. */
const patienceMs = { mayWait: 1_200, mayNot: 30_000 } as const;

/** Without it `pg` sends a text without values by the simple protocol. */
const extended = { values: [], queryMode: 'extended' };

/** What a call comes to. */
export type CallOutcome = 'answered' | 'refused' | 'waited';

/** A connection that is used like one of the pool, with some layers only. */
export interface LayeredSession {
  /** Runs SQL as the next call finds the connection. */
  look(sql: string): Promise<boolean>;
  /** One call of a tool with one text. */
  call(sql: string): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** Options of {@link openLayeredSession}. */
export interface LayeredOptions {
  /** A login without rights, and one with all. */
  readonly urls: { readonly role: string; readonly superuser: string };
  readonly layers: ReadonlySet<Layer>;
  readonly gate: SqlGate;
  /** Whether its calls are those that wait when nothing stops them. */
  readonly mayWait: boolean;
  /** Ends a session from outside. */
  readonly stop: (pid: number) => Promise<unknown>;
}

/** Opens a connection that has the layers named and no others. */
export async function openLayeredSession({ urls, layers, gate, mayWait, stop }: LayeredOptions): Promise<LayeredSession> {
  const timeouts = { statement_timeout: deadlineMs, lock_timeout: deadlineMs };
  const client = new Client({ connectionString: layers.has('a') ? urls.role : urls.superuser, ...(layers.has('d') ? timeouts : {}) });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const run = async (sql: string): Promise<CallOutcome> => {
    const answer = layers.has('c') ? client.query({ text: sql, ...extended }) : client.query(sql);
    const outcome = await Promise.race([
      answer.then(answered, refused),
      sleep(patienceMs[mayWait ? 'mayWait' : 'mayNot'], 'waited' as const, { ref: false }),
    ]);
    if (outcome === 'waited') {
      await stop(rows[0]?.pid ?? 0);
      await answer.then(answered, refused);
    }
    return outcome;
  };
  return {
    look: async (sql) => isTrue(client, sql),
    async call(sql) {
      if (layers.has('f') && !(await gate.check(sql)).ok) {
        return 'refused';
      }
      await surround(client, layers.has('b') ? 'begin read only; select 1' : 'select 1');
      const outcome = await run(sql);
      await surround(client, layers.has('b') ? 'rollback' : 'select 1');
      await surround(client, layers.has('e') ? 'discard all' : 'select 1');
      return outcome;
    },
    close: async () => client.end(),
  };
}

/** Whether a query of one value answers with true. */
export async function isTrue(client: Client, sql: string): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({ text: sql, rowMode: 'array' });
  return rows[0]?.[0] === true;
}

const answered = (): CallOutcome => 'answered';
const refused = (): CallOutcome => 'refused';

/** Our own SQL around a call; it fails in what a call left, such as a transaction that was ended. */
async function surround(client: Client, sql: string): Promise<void> {
  await client.query(sql).then(answered, refused);
}
