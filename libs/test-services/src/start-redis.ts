import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { requireCapability } from './capability.ts';
import { findExecutable } from './find-executable.ts';
import { openTestInstance, type TestInstance } from './test-instance.ts';

/** How a private Redis is made. */
export interface RedisOptions {
  /** Keep data over a kill (append-only file, synced on every write). Default false: a restarted Redis is empty. */
  isDurable?: boolean;
  /** More server settings, such as `{ maxmemory: '10mb' }`. */
  settings?: Readonly<Record<string, string>>;
}

/** Starts a private Redis with a password on a free port of 127.0.0.1. */
export async function startRedis({ isDurable = false, settings = {} }: RedisOptions = {}): Promise<TestInstance> {
  const file = await requireCapability(
    'redis-server',
    () => findExecutable('redis-server'),
    'Install redis-server, or set TEST_REDIS_URL for the tests that can share one.',
  );
  const password = randomBytes(12).toString('hex');
  const all = {
    bind: '127.0.0.1',
    requirepass: password,
    save: '',
    appendonly: isDurable ? 'yes' : 'no',
    appendfsync: 'always',
    ...settings,
  };
  return openTestInstance({
    name: 'redis',
    quitSignal: 'KILL',
    url: (port) => `redis://:${password}@127.0.0.1:${String(port)}/0`,
    prepare: () => Promise.resolve(),
    command: (directory, port) => ({
      file,
      args: ['--port', String(port), '--dir', directory, ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])],
    }),
    ping,
  });
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 2_000, commandTimeout: 2_000, retryStrategy: null });
  // A failure to connect reaches `connect` as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
