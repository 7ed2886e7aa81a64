import { AppError } from '@trellis-mcp/errors';
import type { Redis, RedisOptions } from 'ioredis';
import { codeOf, messageOf, stripFailure, upstreamError } from './upstream-error.ts';
import { watchSilence } from './watch-silence.ts';

/** How {@link openRedis} connects. */
export interface OpenRedisOptions {
  /** Longest wait for a connection, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Longest silence of Redis while an answer is due, in milliseconds; then the connection is cut. Default 2,000. */
  commandTimeoutMs?: number;
  /** Shown in the server's client list. Default `trellis`. */
  connectionName?: string;
  /** Told of each failure of a connection, for the log. */
  onError?: (error: AppError) => void;
}

/** The Redis of a process: one connection for commands and, once asked for, one for subscriptions. Both reconnect by themselves. */
export interface RedisConnection extends AsyncDisposable {
  /** The raw client; its failures are raw too. Prefer {@link RedisConnection.run}. */
  readonly command: Redis;
  /** Opened on first use. Its subscriptions are made again after a reconnect. */
  readonly subscriber: Redis;
  /** Whether commands can be expected to work now. */
  readonly isHealthy: boolean;
  /** Runs commands behind a breaker; rejects with a retryable `UPSTREAM` at once while Redis is away. */
  run<T>(operate: (command: Redis) => Promise<T>): Promise<T>;
  /** Resolves when Redis answers. */
  ping(): Promise<void>;
  /** Lets commands under way finish (at most `commandTimeoutMs`, never more than 1,000), then closes both connections. */
  close(): Promise<void>;
}

const maxReconnectMs = 2_000;
const maxCloseMs = 1_000;

/**
 * Connects to a Redis URL (`redis://`, or `rediss://` for TLS) and resolves when it answers.
 *
 * Commands are never queued while it is away and never sent twice, so a failed one may or may not have taken place.
 * Rejects with `UPSTREAM` when Redis does not answer at all.
 */
export async function openRedis(url: string, options: OpenRedisOptions = {}): Promise<RedisConnection> {
  const { commandTimeoutMs = 2_000 } = options;
  const [{ Redis: Client }, { createBreaker }] = await Promise.all([import('ioredis'), import('./create-breaker.ts')]);
  const command = new Client(url, clientOptions(options));
  let lastFailure: unknown;
  const listen = (client: Redis): Redis =>
    client.on('error', (error: Error) => {
      lastFailure = error;
      options.onError?.(translateRedisError(error));
    });
  listen(command);
  const stopWatching = watchSilence(command, commandTimeoutMs);
  await command.connect().catch((failure: unknown) => {
    stopWatching();
    command.disconnect();
    // What `connect` rejects with says only that the connection closed.
    throw translateRedisError(lastFailure ?? failure);
  });
  const breaker = createBreaker({ translate: translateRedisError, refuse: () => unreachable(undefined) });
  let subscriber: Redis | undefined;
  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    stopWatching();
    await (closing ??= Promise.all([closeClient(command, options), subscriber && closeClient(subscriber, options)]));
  };
  return {
    command,
    get subscriber() {
      // Subscriptions may be asked for before it is connected; each still waits at most the command timeout.
      return (subscriber ??= listen(
        command.duplicate({
          enableOfflineQueue: true,
          lazyConnect: false,
          commandTimeout: commandTimeoutMs,
          socketTimeout: 2 * commandTimeoutMs,
        }),
      ));
    },
    get isHealthy() {
      return command.status === 'ready' && breaker.isClosed;
    },
    run: (operate) => breaker.run(() => operate(command)),
    async ping() {
      await breaker.run(() => command.ping());
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function clientOptions(options: OpenRedisOptions): RedisOptions & { replyMapping: 'legacy' } {
  const { connectTimeoutMs = 5_000, connectionName = 'trellis' } = options;
  return {
    replyMapping: 'legacy',
    // After this many milliseconds a connection that the other side does not close is cut.
    disconnectTimeout: 200,
    lazyConnect: true,
    connectionName,
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    // A command whose answer was lost may have run: sending it again would count it twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(maxReconnectMs, 50 * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2),
    // After a failover the old primary answers READONLY.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

async function closeClient(client: Redis, { onError }: OpenRedisOptions): Promise<void> {
  const timer = setTimeout(() => client.disconnect(), maxCloseMs);
  try {
    if (client.status === 'ready') await client.quit();
  } catch (failure) {
    // It went away first: there is nobody left to say goodbye to.
    onError?.(translateRedisError(failure));
  } finally {
    clearTimeout(timer);
    client.disconnect();
  }
}

/** Makes the one error of a failed command or connection: retryable unless Redis itself refused the command for good, `LIMIT` when it is full. */
export function translateRedisError(failure: unknown): AppError {
  const [code = ''] = /^[A-Z]+(?= )/.exec(messageOf(failure)) ?? [];
  if (['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(code)) {
    return upstreamError('Redis refused access.', failure, {
      retryable: false,
      hint: 'Check the user, password and rights in --redis-url.',
    });
  }
  if (code === 'OOM') return new AppError('LIMIT', 'Redis is full.', { retryable: true, cause: stripFailure(failure) });
  if (['WRONGTYPE', 'ERR', 'NOSCRIPT'].includes(code) && codeOf(failure) === undefined) {
    return upstreamError('Redis refused a command.', failure, { retryable: false });
  }
  return unreachable(failure);
}

function unreachable(failure: unknown): AppError {
  const cause = failure ?? new Error('Not tried: earlier calls failed.');
  return upstreamError('Redis did not answer.', cause, {
    hint: 'Check that it runs, and its address in --redis-url.',
    retryable: true,
    retryAfterMs: 1_000,
  });
}
