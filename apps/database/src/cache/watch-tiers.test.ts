import { expect, it } from '@jest/globals';
import type { CacheStats, TierStats } from '@trellis-mcp/cache';
import { AppError } from '@trellis-mcp/errors';
import { createHealth } from '@trellis-mcp/health';
import { silentLogger } from '@trellis-mcp/logging';
import { until } from '@trellis-mcp/test-services';
import { watchTiers } from './watch-tiers.ts';

const tier = (name: string, state: TierStats['state'], errors: number): TierStats => ({
  ...{ name, state, errors, hits: 2, misses: 1, promotions: 0, meanMs: null, p95Ms: null },
});

const counts = { hits: 3, misses: 1, loads: 1, staleHits: 0, errors: 0, invalidations: 0, hitRate: 0.75 };

function watch() {
  const lines: string[] = [];
  const log = silentLogger();
  log.warn = (_fields: unknown, text?: string) => lines.push(`warn ${text ?? ''}`);
  log.info = (_fields: unknown, text?: string) => lines.push(`info ${text ?? ''}`);
  const health = createHealth({ version: '1' });
  const state: { stats: CacheStats | undefined } = { stats: undefined };
  const set = (redis: TierStats['state'], busState: CacheStats['busState'], errors = 0): void => {
    state.stats = { ...counts, busState, tiers: [tier('memory', 'closed', 0), tier('redis', redis, errors)] };
  };
  return { lines, health, set, watched: watchTiers({ log, health }, () => state.stats) };
}

const error = new AppError('UPSTREAM', 'Redis did not answer.');

it('logs a tier when it begins to be skipped and when it is back, not each failure', async () => {
  const { lines, set, watched } = watch();
  set('closed', 'closed');
  watched.onError({ tier: 'redis', operation: 'read', error });
  expect(lines).toEqual([]);
  set('open', 'open');
  for (let count = 0; count < 100; count += 1) {
    watched.onError({ tier: 'redis', operation: 'read', error });
    watched.onError({ tier: 'bus', operation: 'publish', error });
  }
  expect(lines).toHaveLength(2);
  set('closed', 'closed');
  await until(() => lines.length >= 4);
  expect(lines.slice(2)).toEqual(['info The cache uses this tier again.', 'info The cache uses this tier again.']);
  set('open', 'closed');
  watched.onError({ tier: 'redis', operation: 'read', error });
  expect(lines).toHaveLength(5);
  watched.close();
});

it('tells the health report each tier, and is degraded at worst', async () => {
  const { health, set, watched } = watch();
  expect(await health.report()).toMatchObject({ status: 'ok', cache_hit_rate: null, checks: [{ detail: 'starts on first use' }] });
  watched.close();
  const other = watch();
  other.set('open', 'open', 7);
  set('open', 'open', 7);
  expect(await other.health.report()).toMatchObject({
    status: 'degraded',
    cache_hit_rate: 0.75,
    checks: [{ name: 'cache', ok: false, detail: 'memory used (2 hits); redis skipped (2 hits, 7 errors); bus skipped' }],
  });
  expect(await other.health.ready()).toEqual({ ready: true, failing: [] });
  other.watched.close();
});
