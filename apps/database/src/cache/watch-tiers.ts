import type { CacheErrorReport, CacheStats } from '@trellis-mcp/cache';
import type { Host } from '@trellis-mcp/server';

/** Tells the log and the health report how the tiers of a cache are. */
export interface TierWatch {
  readonly onError: (report: CacheErrorReport) => void;
  close(): void;
}

const recheckMs = 1_000;

/**
 * Adds the check `cache`, which is not critical, and the hit rate. A tier that begins to be skipped is one warning in the log, one that is back
 * one line more; single failures are for `--log-level debug`.
 */
export function watchTiers({ log, health }: Pick<Host, 'log' | 'health'>, stats: () => CacheStats | undefined): TierWatch {
  const skipped = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const close = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const noteBack = (): void => {
    const open = findSkipped(stats());
    for (const tier of skipped) {
      if (!open.includes(tier)) {
        skipped.delete(tier);
        log.info({ tier }, 'The cache uses this tier again.');
      }
    }
    if (skipped.size === 0) close();
  };
  health.setSource({ cacheHitRate: () => stats()?.hitRate ?? undefined });
  health.addCheck('cache', () => Promise.resolve(describe(stats())), { critical: false });
  return {
    onError({ tier, operation, error }) {
      log.debug({ tier, operation, err: error }, 'A step of the cache failed.');
      if (skipped.has(tier) || !findSkipped(stats()).includes(tier)) return;
      skipped.add(tier);
      log.warn({ tier, operation, err: error }, 'The cache skips this tier until it answers again; calls go on.');
      timer ??= setInterval(noteBack, recheckMs).unref();
    },
    close,
  };
}

function findSkipped(stats: CacheStats | undefined): string[] {
  const tiers = stats?.tiers.filter(({ state }) => state === 'open').map(({ name }) => name) ?? [];
  return stats?.busState === 'open' ? [...tiers, 'bus'] : tiers;
}

function describe(stats: CacheStats | undefined): { ok: boolean; detail: string } {
  if (stats === undefined) {
    return { ok: true, detail: 'starts on first use' };
  }
  const skipped = findSkipped(stats);
  const tiers = stats.tiers.map(({ name, hits, errors, state }) => {
    const failed = errors === 0 ? '' : `, ${String(errors)} errors`;
    return `${name} ${state === 'open' ? 'skipped' : 'used'} (${String(hits)} hits${failed})`;
  });
  return { ok: skipped.length === 0, detail: [...tiers, ...(skipped.includes('bus') ? ['bus skipped'] : [])].join('; ') };
}
