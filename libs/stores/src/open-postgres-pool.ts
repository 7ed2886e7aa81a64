import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@trellis-mcp/errors';
import type { Pool, PoolClient, PoolConfig } from 'pg';
import type { Breaker } from './create-breaker.ts';
import { allInUse, busyHint, isBusy, refuseWhileAway, translatePostgresError } from './postgres-error.ts';
import type { LeaserOptions, PostgresLease } from './postgres-lease.ts';
import { SparePlaces } from './spare-places.ts';
import { trackSockets, type TrackedSockets } from './track-sockets.ts';
import { messageOf } from './upstream-error.ts';

/** How {@link openPostgresPool} connects. */
export interface OpenPostgresPoolOptions {
  /** Most connections. Default 5. */
  maxConnections?: number;
  /** Longest wait for one of the connections in use, and for a new one, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Callers that may wait for a connection; more are refused. Default 1,000. */
  maxWaiting?: number;
  /** Shown in `pg_stat_activity`, unless the URL names another. Default `trellis`. */
  applicationName?: string;
  /**
   * Run-time settings of each session by name, such as `{ statement_timeout: '5000' }`. They go with the start of the connection, so that
   * RESET ALL and DISCARD ALL come back to them.
   */
  settings?: Readonly<Record<string, string>>;
  /** Whether statements are written without waiting for the answer to the one before. Default false. */
  pipeline?: boolean;
  /** Longest wait of the driver for one answer, in milliseconds; the connection is of no use after it. Default: none. */
  queryTimeoutMs?: number;
  /** Looks at each new connection before anybody gets it, within `connectTimeoutMs`. When it rejects, the connection is closed. */
  verify?: (client: PoolClient) => Promise<void>;
  /** Told of each failure of an idle connection, for the log. */
  onError?: (error: AppError) => void;
}

/** Connections to one Postgres, made when they are needed. */
export interface PostgresPool extends AsyncDisposable {
  /** Whether connections can be expected to work now; true before the first is asked for. */
  readonly isHealthy: boolean;
  /** Takes a connection that is at hand, to be given back by its `release`; nothing when it would have to be waited for. */
  acquireNow(): PostgresLease | undefined;
  /**
   * Waits for a connection. Give it back by its `release`.
   *
   * @param signal Ends the wait, with its reason.
   * @throws AppError `UPSTREAM`, at once while Postgres is away; `LIMIT` when all connections are in use and stay so, or too many wait;
   * `CANCELLED` once closed.
   */
  acquire(signal?: AbortSignal): Promise<PostgresLease>;
  /** Runs a statement on a connection at hand; its failures become `AppError` and count for {@link PostgresPool.isHealthy}. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** Waits for connections in use, at most half a second, then closes them all. */
  close(): Promise<void>;
}

/** Shorter than what a program gets for all it closes when it has to go at once. */
const maxCloseMs = 500;

interface Driver {
  readonly pool: Pool;
  readonly breaker: Breaker;
  lease: (client: PoolClient) => PostgresLease;
}

/** How long a connection is kept at hand before the driver's pool has it back, which would close it when nobody wants it for long. */
const maxSpareMs = 1_000;

/**
 * Makes a pool for a Postgres URL without connecting; the driver is loaded with the first connection.
 *
 * A breaker stands in front: after five failures in a row calls fail at once, and one of them tries again every 500 ms. Broken
 * connections are replaced.
 */
export function openPostgresPool(url: string, options: OpenPostgresPoolOptions = {}): PostgresPool {
  return new LazyPool(url, options);
}

class LazyPool implements PostgresPool {
  readonly #url: string;
  readonly #options: OpenPostgresPoolOptions;
  readonly #sockets: TrackedSockets = trackSockets();
  readonly #verified = new WeakSet<PoolClient>();
  #loading: Promise<Driver> | undefined;
  readonly #places: SparePlaces<PoolClient>;
  #driver: Driver | undefined;
  #closing: Promise<void> | undefined;

  constructor(url: string, options: OpenPostgresPoolOptions) {
    const { maxConnections = 5, connectTimeoutMs = 5_000 } = options;
    this.#url = url;
    this.#options = options;
    this.#places = new SparePlaces({
      places: maxConnections,
      maxWaitMs: connectTimeoutMs,
      maxSpareMs,
      refuse: allInUse,
      letGo: (client) => client.release(),
    });
  }

  get isHealthy(): boolean {
    return this.#driver?.breaker.isClosed ?? true;
  }

  acquireNow(): PostgresLease | undefined {
    const driver = this.#driver;
    // After a failure connections come by the breaker, which has to hear of those that work.
    const client = driver?.breaker.isCalm && !this.#closing ? this.#places.takeSpare() : undefined;
    return client && driver?.lease(client);
  }

  async acquire(signal?: AbortSignal): Promise<PostgresLease> {
    const { maxWaiting = 1_000 } = this.#options;
    const driver = this.#driver ?? (await this.#load());
    if (this.#closing) throw new AppError('CANCELLED', 'The Postgres connection is closed.');
    if (this.#places.waiting >= maxWaiting) {
      throw new AppError('LIMIT', 'Too many statements wait for Postgres.', { hint: busyHint, retryable: true });
    }
    signal?.throwIfAborted();
    if (!driver.breaker.isCalm) this.#places.letGoAll();
    const spare = this.#places.take() ?? (await this.#places.wait(signal));
    if (spare.item) return driver.lease(spare.item);
    const acquired = this.#connect(driver);
    return signal ? orAborted(acquired, signal) : acquired;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    return (await this.#load()).breaker.run(call);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect({ pool, breaker, lease }: Driver): Promise<PostgresLease> {
    try {
      return lease(await breaker.run(async () => this.#verify(await connect(pool))));
    } catch (error) {
      this.#places.leave();
      throw error;
    }
  }

  /** Takes a connection back: for the next caller at once, unless it is of no use or the breaker has to hear of it. */
  #takeBack(client: PoolClient, isUseless: boolean): void {
    if (!isUseless && this.#driver?.breaker.isCalm && !this.#closing) {
      this.#places.leave(client);
      return;
    }
    client.release(isUseless);
    this.#places.leave();
  }

  /** A connection that nobody uses was lost. */
  #dropSpare(client: PoolClient, failure: Error): void {
    if (!this.#places.remove(client)) return;
    client.release(true);
    this.#options.onError?.(translatePostgresError(failure));
  }

  async #verify(client: PoolClient): Promise<PoolClient> {
    const { verify, connectTimeoutMs = 5_000 } = this.#options;
    if (!verify || this.#verified.has(client)) return client;
    // Cutting the connection is what ends the wait.
    const late = setTimeout(() => client.connection.stream.destroy(), connectTimeoutMs);
    try {
      await verify(client);
      this.#verified.add(client);
      return client;
    } catch (failure) {
      client.release(true);
      throw failure;
    } finally {
      clearTimeout(late);
    }
  }

  async #load(): Promise<Driver> {
    this.#loading ??= loadDriver(this.#url, this.#options, {
      sockets: this.#sockets,
      takeBack: (client, isUseless) => this.#takeBack(client, isUseless),
      onLost: (client, failure) => this.#dropSpare(client, failure),
    });
    try {
      return (this.#driver = await this.#loading);
    } catch (failure) {
      this.#loading = undefined;
      throw failure;
    }
  }

  async #end(): Promise<void> {
    if (!this.#loading) return;
    const { pool } = await this.#loading;
    const deadline = performance.now() + maxCloseMs;
    this.#places.letGoAll();
    while (this.#places.inUse > 0 && performance.now() < deadline) await sleep(10);
    this.#places.close(new AppError('CANCELLED', 'The Postgres connection is closed.'));
    const ended = pool.end();
    // The driver leaves a connection open until the server has closed its side, which a frozen one never does.
    while (this.#sockets.count() > 0 && performance.now() < deadline) await sleep(10);
    this.#sockets.destroy();
    await ended;
  }
}

interface PoolParts extends Pick<LeaserOptions, 'takeBack' | 'onLost'> {
  readonly sockets: TrackedSockets;
}

async function loadDriver(url: string, options: OpenPostgresPoolOptions, { sockets, ...parts }: PoolParts): Promise<Driver> {
  const [{ default: pg }, { createBreaker }, { createLeaser }, { readPostgresUrl }] = await Promise.all([
    import('pg'),
    import('./create-breaker.ts'),
    import('./postgres-lease.ts'),
    import('./postgres-config.ts'),
  ]);
  const { applicationName = 'trellis', settings = {}, onError } = options;
  const pool = new pg.Pool({ ...readPostgresUrl(url, { applicationName, settings }), ...limits(options), stream: sockets.open });
  pool.on('error', (error) => onError?.(translatePostgresError(error)));
  const breaker = createBreaker({
    translate: translatePostgresError,
    refuse: refuseWhileAway,
    isFailure: (error) => error.retryable === true && !isBusy(error),
  });
  return { pool, breaker, lease: createLeaser({ pool, Connection: pg.Connection, openSocket: sockets.open, ...parts }) };
}

function limits(options: OpenPostgresPoolOptions): PoolConfig {
  const { maxConnections = 5, connectTimeoutMs = 5_000, pipeline = false, queryTimeoutMs } = options;
  return {
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    pipeline,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (failure) {
    // The driver's words for a wait in which nobody gave a connection back.
    throw messageOf(failure) === 'timeout exceeded when trying to connect' ? allInUse() : failure;
  }
}

/** Gives the caller its answer when it goes away; a connection that still comes goes back unused. */
async function orAborted(acquired: Promise<PostgresLease>, signal: AbortSignal): Promise<PostgresLease> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([acquired, aborted.promise]);
  } catch (failure) {
    if (signal.aborted) giveBack(acquired);
    throw failure;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function giveBack(acquired: Promise<PostgresLease>): void {
  acquired.then(
    (lease) => lease.release(),
    () => undefined,
  );
}
