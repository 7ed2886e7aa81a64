import type { CacheCore } from './cache-core.ts';
import { keyName, tagName } from './cache-tier.ts';
import { freezeDeep } from './cache-value.ts';
import { isAlive, maxSkewMs, type Entry, type Reading } from './tier-access.ts';

/** What the tiers below memory held at one moment. */
export interface Look {
  /** Before the first tier was read; what was invalidated since must not be kept. */
  moment: number;
  /** How far this node had read the log then; undefined when it does not know. */
  position: string | undefined;
  /** By tier; undefined where a tier was not read or failed, and so cannot be written to. */
  readings: (Reading | undefined)[];
  /** The freshest entry, perhaps stale. */
  entry: Entry | undefined;
  /** Whether it was fresh when it was read. */
  isFresh: boolean;
}

/**
 * Reads the tiers in order until one has a fresh entry, copies that to those above with what is left of its life, and gives what `use`
 * makes of it all. A hit in the first tier is one promise.
 */
export function lookBelow<R>(core: CacheCore, { key, tags }: Names, use: (look: Look) => R | Promise<R>): Promise<R> {
  const [tier] = core.tiers;
  const look: Look = {
    moment: core.recent.moment(),
    position: core.bus?.connection.position(),
    readings: [],
    entry: undefined,
    isFresh: false,
  };
  if (tier === undefined) return Promise.resolve(look).then(use);
  return tier.read(key, tags, (reading) => {
    const isHit = takeReading(core, key, { look, reading, index: 0 });
    return isHit || core.tiers.length === 1 ? use(look) : lookFurther(core, { key, tags }, look).then(use);
  });
}

/** A key and what it is, or is to be, filed under. */
interface Names {
  key: string;
  tags: readonly string[];
}

/** Reads the tiers behind the first. */
async function lookFurther(core: CacheCore, { key, tags }: Names, look: Look): Promise<Look> {
  for (let index = 1; index < core.tiers.length; index += 1) {
    const tier = core.tiers[index];
    // A key deleted for everybody may still lie in a tier of this machine that has not heard of it.
    if (!tier || (tier.scope === 'machine' && isDeletedForAll(core, look))) continue;
    const reading = await tier.read(key, tags, (its) => its);
    if (!takeReading(core, key, { look, reading, index })) continue;
    await promote(core, key, { look, index });
    break;
  }
  return look;
}

function isDeletedForAll({ tiers }: CacheCore, { readings }: Look): boolean {
  return readings.some((reading, index) => reading?.isDeleted === true && tiers[index]?.scope === 'shared');
}

/** Notes what a tier gave; whether it is a fresh entry, which memory then has too. */
function takeReading(core: CacheCore, key: string, { look, reading, index }: Taking): boolean {
  const tier = core.tiers[index];
  look.readings[index] = reading;
  if (tier === undefined || reading === undefined) return false;
  const { entry, readAt } = reading;
  if (entry === undefined || readAt >= entry.freshUntil) {
    tier.counts.misses += 1;
    if (entry && entry.freshUntil > (look.entry?.freshUntil ?? 0)) look.entry = entry;
    return false;
  }
  tier.counts.hits += 1;
  look.entry = entry;
  look.isFresh = true;
  if (core.memory && keepInMemory(core, key, { moment: look.moment, entry })) core.counts.memoryPromotions += 1;
  return true;
}

interface Taking {
  look: Look;
  reading: Reading | undefined;
  /** The tier that was read. */
  index: number;
}

/** Whether an entry, or one of its tags, was invalidated since `moment`. */
export function isOutdated({ recent }: CacheCore, moment: number, { key, tags }: Names): boolean {
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
  /** The tier that had the entry of the look. */
  index: number;
}

async function promote(core: CacheCore, key: string, { look, index }: Promotion): Promise<void> {
  const { entry, position } = look;
  if (entry === undefined) return;
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
