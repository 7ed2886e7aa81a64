import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { startPostgres, type TestInstance } from '@trellis-mcp/test-services';
import { Client } from 'pg';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { Source } from '../src/sources/source.ts';
import type { Harm, Layer } from './ablation-layers.ts';
import { isTrue, openLayeredSession, type CallOutcome } from './ablation-session.ts';
import { objectsSql } from './attacks-objects.ts';
import { asRole, runSql } from './open-catalog.ts';

/** A server on which harm may be done: each that comes to pass costs it a database. */
export interface ProvingGround {
  /** Tries a harm with some layers only. @returns Whether it came to pass. */
  try(harm: Harm, layers: ReadonlySet<Layer>): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts a server with a database to copy from, a role that may only SELECT, and a trap for connections. */
export async function openProvingGround(): Promise<ProvingGround> {
  const server = await startPostgres({ settings: { autovacuum: 'off', jit: 'off' } });
  try {
    await runSql(server.url, 'create database model');
    await runSql(toDatabase(server.url, 'model'), modelSql);
    // One copy is for the gate to read: a database with sessions cannot be copied.
    await runSql(server.url, 'create database judged template model');
  } catch (error) {
    await server.stop();
    throw error;
  }
  const trap = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(trap, 'listening');
  return new Ground(server, trap);
}

const modelSql = `${objectsSql}
  create table customers as select 1 as id;
  create table order_items as select 1 as id;
  create extension dblink;
  create role reader login password 'reader';
  create table private_rows as select 1 as id;
  grant select on customers, order_items, secrets, indexed, view_setting to reader`;

/** A copy of the model with two sessions in it. */
interface Copy {
  readonly url: string;
  readonly owner: Client;
  readonly victim: Client;
  /** What placeholders of the harms stand for. */
  readonly places: Readonly<Record<string, string>>;
}

class Ground implements ProvingGround {
  readonly #server: TestInstance;
  readonly #trap: Server;
  readonly #source: Source;
  readonly #seen = { connection: 0, notification: 0 };
  #copies = 0;
  #copy: Copy | undefined;

  constructor(server: TestInstance, trap: Server) {
    this.#server = server;
    this.#trap = trap.on('connection', () => (this.#seen.connection += 1));
    this.#source = openPostgresSource({ name: 'judged', url: toDatabase(server.url, 'judged') });
  }

  async try(harm: Harm, layers: ReadonlySet<Layer>): Promise<boolean> {
    const copy = (this.#copy ??= await this.#makeCopy());
    const before = { ...this.#seen };
    await copy.victim.query(`begin; ${harm.meanwhile ?? 'select 1'}`);
    const session = await openLayeredSession({
      urls: { superuser: copy.url, role: asRole(copy.url, 'reader', 'reader') },
      layers,
      gate: this.#source.gate,
      mayWait: harm.shows === 'wait',
      stop: async (pid) => copy.owner.query('select pg_terminate_backend($1)', [pid]),
    });
    const outcomes: CallOutcome[] = [];
    for (const call of harm.calls) {
      outcomes.push(await session.call(fill(call, copy.places)));
    }
    const hasHappened = {
      answer: outcomes.at(-1) === 'answered',
      wait: outcomes.includes('waited'),
      notification: (await isTrue(copy.owner, 'select true')) && this.#seen.notification > before.notification,
      connection: this.#seen.connection > before.connection,
      inside: harm.inside !== undefined && (await session.look(harm.inside)),
      after: harm.after !== undefined && (await isTrue(copy.owner, fill(harm.after, copy.places))),
    };
    await session.close();
    const isDone = (harm.shows !== undefined && hasHappened[harm.shows]) || hasHappened.inside || hasHappened.after;
    await (isDone && harm.after !== undefined ? this.#dropCopy(copy) : copy.victim.query('rollback'));
    return isDone;
  }

  async close(): Promise<void> {
    await this.#source.close();
    await (this.#copy && this.#dropCopy(this.#copy));
    this.#trap.close();
    await this.#server.stop();
  }

  async #makeCopy(): Promise<Copy> {
    this.#copies += 1;
    const name = `copy_${String(this.#copies)}`;
    await runSql(this.#server.url, `create database ${name} template model`);
    const url = toDatabase(this.#server.url, name);
    const [owner, victim] = [await connect(url), await connect(url)];
    owner.on('notification', () => (this.#seen.notification += 1));
    await owner.query('listen orders');
    const directory = await owner.query<{ value: string }>(`select current_setting('data_directory') as value`);
    const pid = await victim.query<{ value: number }>('select pg_backend_pid() as value');
    const { port } = this.#trap.address() as AddressInfo;
    const places = {
      FILE_: `${directory.rows[0]?.value ?? ''}/${name}_`,
      VICTIM: String(pid.rows[0]?.value ?? 0),
      PORT: String(port),
    };
    return { url, owner, victim, places };
  }

  async #dropCopy({ owner, victim }: Copy): Promise<void> {
    this.#copy = undefined;
    await owner.query('alter role reader reset all; alter role postgres reset all');
    await Promise.all([owner.end(), victim.end()]);
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A victim is ended on purpose.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function fill(sql: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((text, [name, value]) => text.replaceAll(name, value), sql);
}

function toDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
