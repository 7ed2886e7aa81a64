import { createHealth } from '@trellis-mcp/health';
import { createLifecycle } from '@trellis-mcp/lifecycle';
import { createLogger, type OpenLogger } from '@trellis-mcp/logging';
import { openMemoryKeyStore, openRedis, openRedisKeyStore, openSqliteKeyStore } from '@trellis-mcp/stores';
import type { CommonConfig } from './common-settings.ts';
import { openEvents } from './events/open-events.ts';
import type { Host, ProcessHost } from './host.ts';
import { openCacheFile, shareFile } from './open-cache-file.ts';

/** What {@link openHost} opens a host from. */
export interface OpenHostOptions {
  readonly name: string;
  readonly version: string;
  readonly config: CommonConfig;
  /** Ends the program after the last close step, usually `process.exit`. */
  readonly exit: (code: number) => void;
  /** Prints one line for people. */
  readonly say: (line: string) => void;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** How long an HTTP server still takes calls after `/readyz` turned. */
const intakeDelayMs = 500;

/**
 * Opens log, lifecycle, health and stores. Everything is closed by the lifecycle, the log last.
 *
 * @throws AppError `INVALID_INPUT` when a file cannot be used, `UPSTREAM` when Redis does not answer; close the host then with
 * `lifecycle.stop`, which `onLifecycle` hands out before anything can fail.
 */
export async function openHost(
  options: OpenHostOptions,
  onLifecycle?: (host: Pick<ProcessHost, 'lifecycle' | 'log'>) => void,
): Promise<Host> {
  const { name, version, config, say, now = Date.now } = options;
  const logger = await createLogger({
    level: config.logLevel,
    format: config.logFormat,
    name,
    version,
    ...(config.logFile !== undefined && { file: config.logFile }),
  });
  const { log } = logger;
  const lifecycle = createLifecycle({
    log,
    say,
    drainTimeoutMs: config.drainTimeoutMs,
    intakeDelayMs: config.transport === 'http' ? intakeDelayMs : 0,
    exit: closeLogFirst(logger, options.exit),
  });
  onLifecycle?.({ lifecycle, log });
  const health = createHealth({ version, now });
  health.setDraining(() => lifecycle.phase !== 'ready' && lifecycle.phase !== 'starting');
  const base = { name, version, config, log, now, lifecycle, health };
  const stores = await openStores(base);
  const events = await openEvents({ log, name, redis: stores.redis });
  lifecycle.onClose('events', () => events.close());
  return { ...base, ...stores, events };
}

function closeLogFirst(logger: OpenLogger, exit: (code: number) => void): (code: number) => void {
  return (code) => {
    void logger.close().finally(() => {
      exit(code);
    });
  };
}

/** Drivers are loaded only when they are asked for. */
async function openStores(host: ProcessHost): Promise<Pick<Host, 'redis' | 'sqlite' | 'keyStore' | 'bodyStore'>> {
  const { config, lifecycle, health, log, name, now } = host;
  const sqlite = config.cachePath === undefined ? undefined : await openCacheFile(config.cachePath, host);
  if (config.redisUrl !== undefined) {
    const redis = await openRedis(config.redisUrl, {
      onError: (error) => {
        log.warn({ err: error }, 'Redis is not reachable.');
      },
    });
    lifecycle.onClose('redis', () => redis.close());
    health.addCheck('redis', async () => {
      await redis.ping();
      return { ok: true };
    });
    return { redis, keyStore: openRedisKeyStore(redis, { prefix: `${name}:`, now }), ...(sqlite !== undefined && { sqlite }) };
  }
  if (sqlite !== undefined) {
    return { sqlite: shareFile(sqlite), keyStore: await openSqliteKeyStore(sqlite, { now }) };
  }
  // An id that was used must not be evicted by bodies that are kept, since it could be used again; nor may they leave no room for ids.
  const keyStore = openMemoryKeyStore({ now, whenFull: 'refuse' });
  const bodyStore = openMemoryKeyStore({ now });
  lifecycle.onClose('memory store', async () => {
    await Promise.all([keyStore.close(), bodyStore.close()]);
  });
  return { keyStore, bodyStore };
}
