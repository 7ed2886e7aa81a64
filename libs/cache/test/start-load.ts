import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { TieredCache } from '../src/tiered-cache.ts';

/** Callers at work. */
export interface Load {
  /** Goes on until each caller has made ten calls; rejects when a call failed. Gives how long the slowest took. */
  stop(): Promise<{ slowestMs: number }>;
}

const callers = 10;
const fewestCalls = 10;

/** Starts ten callers that load and delete, each one thing after the other, every fifth under the lock. */
export function startLoad(cache: TieredCache): Load {
  let isOver = false;
  let slowestMs = 0;
  const call = async (id: number): Promise<void> => {
    for (let calls = 0; !isOver || calls < fewestCalls; calls += 1) {
      const began = performance.now();
      const key = `${String(id)}.${String(calls)}`;
      const value = { calls };
      expect(await cache.getOrLoad(key, () => Promise.resolve(value), { tags: ['load'], lock: calls % 5 === 0 })).toEqual(value);
      if (calls % 3 === 0) await cache.delete(key);
      slowestMs = Math.max(slowestMs, performance.now() - began);
      await sleep(15);
    }
  };
  const running = Promise.all(Array.from({ length: callers }, (_, id) => call(id)));
  // Told by stop: until then nobody waits for it.
  running.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await running;
      return { slowestMs };
    },
  };
}
