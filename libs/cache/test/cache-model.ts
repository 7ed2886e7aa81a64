import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { RedisConnection, SqliteConnection } from '@trellis-mcp/stores';
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
  private rounds = 0;

  constructor(name: string, connections: readonly [NodeConnections, NodeConnections]) {
    this.nodes = [this.openNode(`${name}`, connections[0]), this.openNode(`${name}`, connections[1])];
  }

  private openNode(name: string, connections: NodeConnections): Node {
    const { redis, sqlite } = connections;
    const tiers = { redis: createFaultyTier(redisTier(redis)), sqlite: createFaultyTier(sqliteTier(sqlite)) };
    const cache = createTieredCache({
      ...life,
      name,
      jitter: 0,
      now: () => this.now,
      tiers: [memoryTier({ maxEntries: 3 }), tiers.redis.tier, tiers.sqlite.tier],
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
      const shown = { version: this.source[key], at: this.now };
      await sleep(1);
      if (isFailing) throw new RangeError('The source fails.');
      return shown;
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
        const shown = { version: this.source[key], at: this.now };
        begin();
        await new Promise<void>((resolve) => this.gates.push(resolve));
        return shown;
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
    }
    const [first, second] = this.nodes;
    // A late payment of one node may oblige the other.
    for (const [from, to] of [[first, second], [second, first], [first, second], [second, first]] as const) await this.hear(from, to);
    for (const key of keys) {
      const floor = Math.max(first.floor[key], second.floor[key]);
      for (const node of this.nodes) node.floor[key] = floor;
    }
  }

  /** Waits until the second node has heard what the first one says now, and so everything that was said before. */
  private async hear(from: Node, to: Node): Promise<void> {
    this.rounds += 1;
    const deadline = performance.now() + 5_000;
    const wait = async (isDone: () => Promise<boolean>, what: string): Promise<void> => {
      while (!(await isDone())) {
        if (performance.now() > deadline) throw new Error(`Not settled: ${what} ${JSON.stringify([from.cache.stats(), to.cache.stats()])}`);
        await sleep(2);
      }
    };
    for (const { cache } of [from, to]) {
      const isHealed = async (): Promise<boolean> => {
        await cache.get('poke');
        return cache.stats().tiers.every(({ state }) => state === 'closed');
      };
      await wait(isHealed, 'a tier is open');
    }
    const round = this.rounds;
    await to.cache.set('said', -1);
    await wait(async () => (await from.cache.get('said')) === -1, 'own set');
    await from.cache.set('said', round);
    await wait(async () => (await to.cache.get('said')) === round, 'the word of the other');
  }

  async close(): Promise<void> {
    await this.endLoads();
    for (const node of this.nodes) await this.connect(node, true);
    await Promise.all(this.nodes.map(({ cache }) => cache.close()));
  }
}
