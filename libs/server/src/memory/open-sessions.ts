import { countTokens, type TokenCounter } from '@trellis-mcp/context-window';
import { createSessionMemory, type SessionMemory } from '@trellis-mcp/session-memory';
import type { RuntimeHost } from '../frame.ts';
import { maxTraceBytes } from './format-trace.ts';

/** What memories are made of. */
export interface LoadedMemory {
  readonly sessions: SessionMemory;
  readonly countTokens: TokenCounter;
}

const hourMs = 3_600_000;
const limits = { maxTokens: 8_000, ttlMs: 24 * hourMs, maxLifeMs: 7 * 24 * hourMs, maxPerPrincipal: 100, minIdleMs: 600_000 };

/** Makes the memories of callers in a store. A module of its own, so that a bundle holds only what it uses of the libraries. */
export function openSessions({ keyStore: store, now }: Pick<RuntimeHost, 'keyStore' | 'now'>): LoadedMemory {
  return { sessions: createSessionMemory({ store, now, countTokens, maxTurnBytes: maxTraceBytes, ...limits }), countTokens };
}
