import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { RedisConnection, SqliteConnection } from '@trellis-mcp/stores';
import { sql } from 'kysely';
import { createTieredCache } from '../src/create-tiered-cache.ts';
import { memoryTier } from '../src/memory-tier.ts';
import { redisBus } from '../src/redis-bus.ts';
import { redisTier } from '../src/redis-tier.ts';
import { sqliteTier } from '../src/sqlite-tier.ts';
import type { TieredCache } from '../src/tiered-cache.ts';
import { createFaultyTier, type FaultMode, type FaultyTier } from './faulty-tier.ts';

export const keys = ['a', 'b', 'c'] as const;
export type Key = (typeof keys)[number];
const tagOf = { a: ['t'], b: ['t', 'u'], c: [] } as const satisfies Record<Key, readonly string[]>;

export const life = { ttlMs: 1_000, staleMs: 500, graceMs: 2_000 };
const skewMs = 5_000;
const patienceMs = 80;
const maxMemoryBytes = 4_096;
/** So long both nodes must be healthy if the place of one in the log was not kept, because its tier failed then. */
const quietMs = 1_000;
/** And so many looks: a process that stood still for a second has heard nothing in it. */
const quietLooks = 40;

/** What the connections of one node are; they outlive the caches. */
export interface NodeConnections {
  redis: RedisConnection;
  sqlite: SqliteConnection;
}

/** A value says which state of the source it shows, and when it was read. */
interface Shown {
  version: number;
  at: number;
}

interface Node {
  cache: TieredCache;
  tiers: { redis: FaultyTier; sqlite: FaultyTier };
  connections: NodeConnections;
  /** The oldest version of each key that this node may still show. */
  floor: Record<Key, number>;
  isOnline: boolean;
}

/** Two nodes, one source, and what must hold of every answer. */
export class CacheModel {
  now = 1_800_000_000_000;
  readonly nodes: [Node, Node];
  private readonly source: Record<Key, number> = { a: 1, b: 1, c: 1 };
  private gates: (() => void)[] = [];
  private running: Promise<void>[] = [];
  private readonly name: string;
  private pokes = 0;

  constructor(name: string, connections: readonly [NodeConnections, NodeConnections]) {
    this.name = name;
    this.nodes = [this.openNode(name, connections[0]), this.openNode(name, connections[1])];
  }

  private openNode(name: string, connections: NodeConnections): Node {
    const { redis, sqlite } = connections;
    const tiers = { redis: createFaultyTier(redisTier(redis)), sqlite: createFaultyTier(sqliteTier(sqlite)) };
    const cache = createTieredCache({
      ...life,
      name,
      jitter: 0,
      now: () => this.now,
      tiers: [memoryTier({ maxEntries: 3, maxBytes: maxMemoryBytes }), tiers.redis.tier, tiers.sqlite.tier],
      bus: redisBus(redis, { checkMs: 50 }),
      retryAfterMs: 5,
    });
    return { cache, tiers, connections, floor: { a: 1, b: 1, c: 1 }, isOnline: true };
  }

  private check(shown: Shown | undefined, { floor, maxAgeMs }: { floor: number; maxAgeMs: number }): void {
    if (shown === undefined) return;
    expect(shown.version).toBeGreaterThanOrEqual(floor);
    expect(this.now - shown.at).toBeLessThanOrEqual(maxAgeMs);
    expect(this.now).toBeGreaterThanOrEqual(shown.at - skewMs);
  }

  async get(node: Node, key: Key): Promise<void> {
    const floor = node.floor[key];
    this.check(await node.cache.get<Shown>(key), { floor, maxAgeMs: life.ttlMs });
  }

  /** Several callers at once; one load at most. */
  async load(node: Node, key: Key, isFailing: boolean): Promise<void> {
    const floor = node.floor[key];
    let loads = 0;
    const load = async (): Promise<Shown> => {
      loads += 1;
      const version = this.source[key];
      await sleep(1);
      if (isFailing) throw new RangeError('The source fails.');
      // It may run behind a stale answer, while the clock moves on.
      return { version, at: this.now };
    };
    const calls = Array.from({ length: 3 }, () => node.cache.getOrLoad(key, load, { tags: tagOf[key] }));
    // It may have joined a load that waits at its gate.
    const settled = Promise.allSettled(calls);
    const isSettled = await Promise.race([settled.then(() => true), sleep(patienceMs)]);
    if (isSettled !== true) this.openGates();
    for (const call of await settled) {
      if (call.status === 'fulfilled') this.check(call.value, { floor, maxAgeMs: life.ttlMs + life.graceMs });
      else expect(call.reason).toBeInstanceOf(RangeError);
    }
    expect(loads).toBeLessThanOrEqual(1);
  }

  /** A load that has read the source and takes until {@link endLoads}. */
  async beginLoad(node: Node, key: Key): Promise<void> {
    const floor = node.floor[key];
    let begin: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begin = resolve));
    const call = node.cache.getOrLoad(
      key,
      async () => {
        const version = this.source[key];
        begin();
        await new Promise<void>((resolve) => this.gates.push(resolve));
        // The life of an entry begins when it was loaded.
        return { version, at: this.now };
      },
      { tags: tagOf[key] },
    );
    const checked = call.then((shown) => {
      // The clock may have moved while it ran: then it was no hit.
      expect(shown.version).toBeGreaterThanOrEqual(floor);
    });
    this.running.push(checked);
    await Promise.race([hasBegun, checked, sleep(patienceMs)]);
  }

  async endLoads(): Promise<void> {
    const running = Promise.all(this.running.splice(0)).then(() => true);
    while ((await Promise.race([running, sleep(5)])) !== true) this.openGates();
  }

  private openGates(): void {
    for (const open of this.gates.splice(0)) open();
  }

  async set(node: Node, key: Key): Promise<void> {
    this.source[key] += 1;
    const version = this.source[key];
    await node.cache.set(key, { version, at: this.now }, { tags: tagOf[key] });
    node.floor[key] = version;
  }

  async delete(node: Node, key: Key): Promise<void> {
    this.source[key] += 1;
    const version = this.source[key];
    await node.cache.delete(key);
    node.floor[key] = version;
  }

  async invalidate(node: Node, tag: string): Promise<void> {
    const touched = keys.filter((key) => (tagOf[key] as readonly string[]).includes(tag));
    for (const key of touched) this.source[key] += 1;
    const versions = touched.map((key) => [key, this.source[key]] as const);
    await node.cache.invalidateTag(tag);
    for (const [key, version] of versions) node.floor[key] = version;
  }

  fault(node: Node, which: 'redis' | 'sqlite', mode: FaultMode): void {
    node.tiers[which].mode = mode;
  }

  /** Cuts both connections of a node, or makes them again. */
  async connect(node: Node, isOnline: boolean): Promise<void> {
    if (node.isOnline === isOnline) return;
    node.isOnline = isOnline;
    const { command, subscriber } = node.connections.redis;
    for (const client of [command, subscriber]) {
      if (isOnline) {
        await client.connect();
        continue;
      }
      while (client.status !== 'ready') await sleep(1);
      const ended = once(client, 'end');
      client.disconnect();
      await ended;
    }
  }

  /** Everything works again and everybody has heard everything: what one node knows to be old, the other must know too. */
  async settle(): Promise<void> {
    for (const node of this.nodes) {
      node.tiers.redis.mode = 'ok';
      node.tiers.sqlite.mode = 'ok';
      await this.connect(node, true);
      await this.poke(node);
    }
    const deadline = performance.now() + 30_000;
    let quietSince = performance.now();
    let looks = 0;
    // Twice the same: a tier that was told late has what lies above it told after that.
    for (let seen = 'nothing'; looks < quietLooks || performance.now() - quietSince < quietMs;) {
      const isHealthy = await this.areHealthy();
      looks = isHealthy ? looks + 1 : 0;
      if (!isHealthy) quietSince = performance.now();
      const last = isHealthy ? await this.settledAt() : undefined;
      if (last !== undefined && last === seen) break;
      if (performance.now() > deadline) throw new Error(`Not settled: ${JSON.stringify(this.nodes.map(({ cache }) => cache.stats()))}`);
      seen = last ?? 'nothing';
      await sleep(5);
    }
    const [first, second] = this.nodes;
    for (const key of keys) {
      const floor = Math.max(first.floor[key], second.floor[key]);
      for (const node of this.nodes) node.floor[key] = floor;
    }
  }

  /** Has a node read and write, and tell the other nothing. What it writes is too large for memory, where it would take a place. */
  private async poke({ cache }: Node): Promise<void> {
    this.pokes += 1;
    await cache.getOrLoad(`poke ${String(this.pokes)}`, () => Promise.resolve('x'.repeat(maxMemoryBytes)));
  }

  /** Whether both nodes use everything and owe nothing. */
  private async areHealthy(): Promise<boolean> {
    let isHealthy = true;
    for (const node of this.nodes) {
      const { tiers, busState } = node.cache.stats();
      if (busState === 'closed' && tiers.every(({ state }) => state === 'closed')) continue;
      isHealthy = false;
      await this.poke(node);
    }
    return isHealthy;
  }

  /** The end of the log when both nodes have applied it. */
  private async settledAt(): Promise<string | undefined> {
    const [latest] = await this.nodes[0].connections.redis.command.xrevrange(`trellis:${this.name}:log`, '+', '-', 'COUNT', 1);
    for (const { connections } of this.nodes) {
      const place = sql<{ record: string }>`select record from trellis_cache_1 where name = ${`${this.name}:p`}`;
      const { rows } = await place.execute(connections.sqlite.db);
      if (rows[0]?.record !== latest?.[0]) return undefined;
    }
    return latest?.[0];
  }

  async close(): Promise<void> {
    await this.endLoads();
    // What loads behind a stale answer still stands at its gate: closing must not wait for it.
    for (const node of this.nodes) await this.connect(node, true);
    await Promise.all(this.nodes.map(({ cache }) => cache.close()));
  }
}
