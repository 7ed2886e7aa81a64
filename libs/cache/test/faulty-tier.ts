import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreTier, TierStore } from '../src/cache-tier.ts';

/** What a faulty tier does with each step: it works, fails, takes no writes, never answers, or does it and answers too late. */
export type FaultMode = 'ok' | 'fail' | 'full' | 'hang' | 'late';

/** A real tier that fails on command. */
export interface FaultyTier {
  tier: StoreTier;
  mode: FaultMode;
}

/** Puts a switch in front of a tier; its time limit becomes short. */
export function createFaultyTier(real: StoreTier, timeoutMs = 50): FaultyTier {
  const faulty: FaultyTier = {
    mode: 'ok',
    tier: { ...real, timeoutMs, open: (context) => openFaulty(real.open(context)) },
  };
  const pass = async <T>(step: () => Promise<T>, kind: 'read' | 'write' = 'write'): Promise<T> => {
    const { mode } = faulty;
    if (mode === 'fail' || (mode === 'full' && kind === 'write')) throw new Error('The tier fails, as told.');
    if (mode === 'hang') return new Promise<T>(() => undefined);
    const result = await step();
    if (mode === 'late') await sleep(timeoutMs * 2);
    return result;
  };
  const openFaulty = (store: TierStore): TierStore => ({
    read: (names) => pass(() => store.read(names), 'read'),
    swap: (name, record, options) => pass(() => store.swap(name, record, options)),
    put: (records, keepMs) => pass(() => store.put(records, keepMs)),
    clear: () => pass(() => store.clear()),
  });
  return faulty;
}
