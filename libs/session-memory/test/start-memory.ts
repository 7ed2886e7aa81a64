import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import { createSessionMemory, type SessionMemory, type SessionMemoryOptions } from '../src/index.ts';

/** A memory with a clock that the test moves. */
export interface StartedMemory {
  memory: SessionMemory;
  store: KeyStore;
  clock: { now: number };
}

/** Starts a memory in this process: 1,000 tokens, a TTL of 1,000 ms, a life of 5,000 ms, three sessions a principal. */
export function startMemory(options: Partial<SessionMemoryOptions> = {}): StartedMemory {
  const clock = { now: 1_000_000 };
  const now = (): number => clock.now;
  const store = options.store ?? openMemoryKeyStore({ now, whenFull: 'refuse', graceMs: 0 });
  const limits = { maxTokens: 1_000, ttlMs: 1_000, maxLifeMs: 5_000, maxPerPrincipal: 3, minIdleMs: 100 };
  return { memory: createSessionMemory({ store, now, ...limits, ...options }), store, clock };
}
