import type { CacheCore } from './cache-core.ts';
import { keyName, tagName } from './cache-tier.ts';
import { freezeDeep } from './cache-value.ts';
import { isAlive, maxSkewMs, type Entry, type Reading } from './tier-access.ts';

/** What the tiers below memory held at one moment. */
export interface Look {
  /** Before the first tier was read; what was invalidated since must not be kept. */
  moment: number;
  /** By tier; undefined where a tier was not read or failed, and so cannot be written to. */
  readings: (Reading | undefined)[];
  /** The freshest entry, perhaps stale. */
  entry: Entry | undefined;
}

/** Reads the tiers in order until one has a fresh entry, and copies that to those above with what is left of its life. */
export async function lookBelow(core: CacheCore, key: string, tags: readonly string[]): Promise<Look> {
  const moment = core.recent.moment();
  const position = core.bus?.connection.position();
  const look: Look = { moment, readings: [], entry: undefined };
  let isDeleted = false;
  for (let index = 0; index < core.tiers.length; index += 1) {
    const tier = core.tiers[index];
    // A key deleted for everybody may still lie in a tier of this machine that has not heard of it.
    if (!tier || (isDeleted && tier.scope === 'machine')) continue;
    const reading = await tier.read(key, tags);
    look.readings[index] = reading;
    if (reading === undefined) continue;
    const { entry } = reading;
    isDeleted ||= reading.isDeleted && tier.scope === 'shared';
    if (entry === undefined || core.now() >= entry.freshUntil) {
      tier.counts.misses += 1;
      if (entry && entry.freshUntil > (look.entry?.freshUntil ?? 0)) look.entry = entry;
      continue;
    }
    tier.counts.hits += 1;
    look.entry = entry;
    if (keepInMemory(core, key, { moment, entry })) core.counts.memoryPromotions += 1;
    if (index > 0) await promote(core, key, { look, entry, index, position });
    break;
  }
  return look;
}

/** Whether an entry, or one of its tags, was invalidated since `moment`. */
export function isOutdated({ recent }: CacheCore, moment: number, { key, tags }: { key: string; tags: readonly string[] }): boolean {
  return recent.hasAny(moment, namesOf(key, tags));
}

/** The names by which an entry is invalidated. */
export function namesOf(key: string, tags: readonly string[]): string[] {
  return [keyName(key), ...tags.map(tagName)];
}

/** Keeps an entry in memory unless it was invalidated since `moment`; whether it did. */
export function keepInMemory(core: CacheCore, key: string, { moment, entry, retryAt = 0 }: MemoryKeep): boolean {
  if (!core.memory || isOutdated(core, moment, { key, tags: entry.tags }) || !isAlive(entry, core.now())) return false;
  freezeDeep(entry.value);
  const { payload = '', sizeBytes = key.length + Buffer.byteLength(payload) + overheadBytes } = entry;
  core.memory.set(key, {
    ...entry,
    payload: undefined,
    sizeBytes,
    answer: entry.kind === 'bytes' ? undefined : Promise.resolve(entry.value),
    notBefore: entry.createdAt - maxSkewMs,
    retryAt,
  });
  return true;
}

const overheadBytes = 256;

interface MemoryKeep {
  moment: number;
  entry: Entry;
  /** A stale entry is not loaded again before this. */
  retryAt?: number;
}

interface Promotion {
  look: Look;
  entry: Entry;
  /** The tier that had it. */
  index: number;
  position: string | undefined;
}

async function promote(core: CacheCore, key: string, { look, entry, index, position }: Promotion): Promise<void> {
  for (const [above, tier] of core.tiers.slice(0, index).entries()) {
    const reading = look.readings[above];
    if (!reading || !entry.tags.every((tag) => reading.versions.has(tag))) continue;
    // What others invalidated may not have reached this machine: a shared tier takes it only from who has read the log to its end.
    const isUpwards = tier.scope === 'shared' && core.tiers[index]?.scope === 'machine';
    if (isUpwards && position === undefined) continue;
    await tier.mark(reading, entry.tags, 'after reading');
    if (isOutdated(core, look.moment, { key, tags: entry.tags })) continue;
    const isWritten = await tier.write(key, entry, { reading, position: isUpwards ? position : undefined });
    if (isWritten) tier.counts.promotions += 1;
  }
}
