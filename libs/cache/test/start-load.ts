import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { TieredCache } from '../src/tiered-cache.ts';

/** Callers at work. */
export interface Load {
  /** Rejects when a call failed. Gives the calls of the caller that made the fewest, and the slowest call of all. */
  stop(): Promise<{ fewestCalls: number; slowestMs: number }>;
}

const callers = 10;

/** Starts ten callers that load and delete, each one thing after the other, every fifth under the lock. */
export function startLoad(cache: TieredCache): Load {
  let isOver = false;
  let slowestMs = 0;
  const call = async (id: number): Promise<number> => {
    let calls = 0;
    for (; !isOver; calls += 1) {
      const began = performance.now();
      const key = `${String(id)}.${String(calls)}`;
      const value = { calls };
      expect(await cache.getOrLoad(key, () => Promise.resolve(value), { tags: ['load'], lock: calls % 5 === 0 })).toEqual(value);
      if (calls % 3 === 0) await cache.delete(key);
      slowestMs = Math.max(slowestMs, performance.now() - began);
      await sleep(15);
    }
    return calls;
  };
  const running = Promise.all(Array.from({ length: callers }, (_, id) => call(id)));
  // Told by stop: until then nobody waits for it.
  running.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      return { fewestCalls: Math.min(...(await running)), slowestMs };
    },
  };
}
