import type { Socket } from 'node:net';
import type { Client, Connection, Pool, PoolClient } from 'pg';
import { cancelStatement, createConnectionOpener } from './cancel-statement.ts';

/** A connection in use by one caller. */
export interface PostgresLease {
  /** The raw client; its failures are raw too. */
  readonly client: PoolClient;
  /** Whether the connection was lost. */
  readonly isBroken: boolean;
  /**
   * Asks the server, over a connection of its own, to stop what this one runs. Await it before a release: a request that comes late would
   * stop a statement of the next caller.
   *
   * @param timeoutMs Longest wait.
   * @returns Whether the server took the request; the statement then ends with SQLSTATE 57014, unless it had ended before.
   */
  cancel(timeoutMs: number): Promise<boolean>;
  /**
   * Gives the connection back; doing so twice is harmless.
   *
   * @param destroy Cuts it at once, whatever it does. Default: only when it is broken.
   */
  release(destroy?: boolean): void;
}

/** What leases are made from. */
export interface LeaserOptions {
  pool: Pool;
  Connection: typeof Connection;
  openSocket: () => Socket;
  /** Told of a connection that is given back, and whether it is of no use. */
  takeBack: (client: PoolClient, isUseless: boolean) => void;
  /** Told of a connection that was lost, in use or not. */
  onLost: (client: PoolClient, failure: Error) => void;
}

/** Watches the connections of a pool and makes leases of them. */
export function createLeaser({ pool, Connection: Driver, openSocket, ...told }: LeaserOptions): (client: PoolClient) => PostgresLease {
  const broken = new WeakSet<PoolClient>();
  const openConnection = createConnectionOpener(Driver, openSocket);
  // For the whole life of a client: between two owners, or two statements, a lost connection would otherwise end the process.
  pool.on('connect', (client) =>
    client.on('error', (failure) => {
      broken.add(client);
      told.onLost(client, failure);
    }),
  );
  const parts: LeaseParts = { ...told, broken, openConnection };
  return (client) => new Lease(client, parts);
}

interface LeaseParts extends Pick<LeaserOptions, 'takeBack'> {
  readonly broken: WeakSet<PoolClient>;
  readonly openConnection: (client: Client) => Connection;
}

class Lease implements PostgresLease {
  readonly client: PoolClient;
  readonly #parts: LeaseParts;
  #isReleased = false;

  constructor(client: PoolClient, parts: LeaseParts) {
    this.client = client;
    this.#parts = parts;
  }

  get isBroken(): boolean {
    return this.#parts.broken.has(this.client);
  }

  cancel(timeoutMs: number): Promise<boolean> {
    return cancelStatement(this.client, { openConnection: this.#parts.openConnection, timeoutMs });
  }

  /** A function of its own: callers take it out of the lease. */
  readonly release = (destroy = false): void => {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // The driver itself would wait for statements that were written already.
    if (destroy) this.client.connection.stream.destroy();
    this.#parts.takeBack(this.client, destroy || this.isBroken);
  };
}
