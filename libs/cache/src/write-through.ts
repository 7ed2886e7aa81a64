import { isAppError } from '@trellis-mcp/errors';
import { dropNames, machineTiers, type CacheCore } from './cache-core.ts';
import type { FullPolicy } from './cache-policy.ts';
import { keyName } from './cache-tier.ts';
import { makeEntry, overwrite } from './keep-value.ts';
import { keepInMemory } from './look-below.ts';
import type { Entry } from './tier-access.ts';

/** Keeps a value in every tier, and has other processes forget theirs. A value too large is as good as deleted. */
export async function setEverywhere(
  core: CacheCore,
  key: string,
  { value, policy }: { value: unknown; policy: FullPolicy },
): Promise<void> {
  const entry = makeOrReport(core, value, policy);
  const name = keyName(key);
  if (!entry) return invalidate(core, name);
  dropNames(core, [name]);
  keepInMemory(core, key, { moment: core.recent.moment(), entry });
  core.own.add([name]);
  const moment = core.own.moment();
  for (const tier of core.tiers.toReversed()) await overwrite(core, key, { tier, entry, moment });
  await core.bus?.guard.invalidate([name]);
}

function makeOrReport(core: CacheCore, value: unknown, policy: FullPolicy): Entry | undefined {
  try {
    return makeEntry(core, value, policy);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'LIMIT') throw error;
    core.report({ tier: 'cache', operation: 'set', error });
    return undefined;
  }
}

/**
 * Invalidates from the lowest tier up, so that nothing is copied upwards from a tier whose turn comes later; memory again at the end,
 * for what was read in between. Others hear of it when the shared tiers are done. The log must know before, if another machine has a
 * tier of its own: that one gives nothing to a shared tier unless it has read the log to its end.
 */
export async function invalidate(core: CacheCore, name: string): Promise<void> {
  core.own.add([name]);
  dropNames(core, [name]);
  if (machineTiers(core).length > 0) await core.bus?.guard.invalidate([name]);
  for (const tier of core.tiers.toReversed()) await tier.guard.invalidate([name]);
  dropNames(core, [name]);
  await core.bus?.guard.invalidate([name]);
}
