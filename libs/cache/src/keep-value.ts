import { AppError, isAppError } from '@trellis-mcp/errors';
import type { CacheCore } from './cache-core.ts';
import type { FullPolicy } from './cache-policy.ts';
import { keyName, markerLifeMs } from './cache-tier.ts';
import { decodeValue, encodeValue, freezeDeep } from './cache-value.ts';
import { isOutdated, keepInMemory, namesOf, type Look } from './look-below.ts';
import type { Entry, TierAccess } from './tier-access.ts';

/** Makes the entry of a value; undefined when its policy says that it is not to be remembered. Throws `INVALID_INPUT` and `LIMIT`. */
export function makeEntry({ now, random }: CacheCore, given: unknown, policy: FullPolicy): Entry | undefined {
  const encoded = encodeValue(given);
  const limitBytes = policy.maxEntryBytes;
  const payloadBytes = Buffer.byteLength(encoded.payload);
  if (payloadBytes > limitBytes) {
    throw new AppError('LIMIT', `An entry of ${String(payloadBytes)} bytes is not kept; the limit is ${String(limitBytes)}.`, {
      details: { limitBytes, actualBytes: payloadBytes },
    });
  }
  const isNothing = encoded.kind === 'nothing';
  const ttlMs = isNothing ? Math.min(policy.negativeTtlMs, policy.ttlMs) : policy.ttlMs;
  if (ttlMs === 0) return undefined;
  const { staleMs, graceMs } = isNothing ? { staleMs: 0, graceMs: 0 } : policy;
  const createdAt = now();
  const freshUntil = createdAt + ttlMs * (1 - policy.jitter * random());
  const staleUntil = freshUntil + staleMs;
  const deadUntil = Math.max(staleUntil, freshUntil + graceMs);
  const value = freezeDeep(decodeValue(encoded));
  return { ...encoded, value, tags: policy.tags, createdAt, freshUntil, staleUntil, deadUntil };
}

/** What of a loaded value goes to the callers: what a later hit would give them, also when it cannot be kept. */
export function prepareLoaded(core: CacheCore, value: unknown, policy: FullPolicy): { value: unknown; entry: Entry | undefined } {
  try {
    const entry = makeEntry(core, value, policy);
    return { value: entry ? entry.value : undefined, entry };
  } catch (error) {
    if (!isAppError(error)) throw error;
    core.report({ tier: 'cache', operation: 'keep', error });
    return { value: error.code === 'LIMIT' ? freezeDeep(decodeValue(encodeValue(value))) : value, entry: undefined };
  }
}

/** Keeps a loaded entry in memory and in every tier that was read before the load, unless it was invalidated since. */
export async function keepLoaded(core: CacheCore, key: string, { look, entry, tookMs }: Loaded): Promise<void> {
  const { moment, readings } = look;
  const names = { key, tags: entry.tags };
  keepInMemory(core, key, { moment, entry });
  // The marker of a deletion may be gone by then.
  if (tookMs > markerLifeMs / 2) return;
  const writes = core.tiers.map(async (tier, index) => {
    const reading = readings[index];
    if (!reading || isOutdated(core, moment, names)) return;
    // Somebody else wrote or deleted meanwhile: theirs counts.
    if ((await tier.write(key, entry, { reading })) === false) core.memory?.remove(keyName(key));
  });
  await Promise.all(writes);
}

/** What a load brought. */
export interface Loaded {
  /** From before the load. */
  look: Look;
  entry: Entry;
  tookMs: number;
}

const maxRaces = 3;

/** Keeps an entry in a tier, whatever lies there, unless it was invalidated or set again here since `moment`. */
export async function overwrite(core: CacheCore, key: string, { tier, entry, moment }: Overwrite): Promise<void> {
  for (let race = 1; race <= maxRaces; race += 1) {
    const reading = await tier.read(key, entry.tags, (its) => its);
    if (reading === undefined) break;
    await tier.mark(reading, entry.tags, 'before load');
    if (core.own.hasAny(moment, namesOf(key, entry.tags))) return;
    const isWritten = await tier.write(key, entry, { reading });
    if (isWritten) return;
    if (isWritten === undefined) break;
  }
  // It may still hold the value of before: because it failed, or because others write all the time.
  await tier.guard.invalidate([keyName(key)]);
}

interface Overwrite {
  tier: TierAccess;
  entry: Entry;
  /** Of {@link CacheCore.own}. */
  moment: number;
}
