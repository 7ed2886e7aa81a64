import { AppError, isAppError } from '@trellis-mcp/errors';
import type { KeyStore } from '@trellis-mcp/stores';
import { formatHandle, isSameDigest, locate, secretBytes, slotKey, unknownHandle, type Place } from './handle.ts';
import { parseSession, type Session } from './session.ts';

/** What {@link createSessionTable} needs. */
export interface SessionTableOptions {
  store: KeyStore;
  /** At most `maxLifeMs`. */
  ttlMs: number;
  maxLifeMs: number;
  maxPerPrincipal: number;
  minIdleMs: number;
  now: () => number;
  randomBytes: (size: number) => Uint8Array;
}

/** A session that was just opened. */
export interface OpenedSession {
  handle: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** The sessions in the store: who may have which, how many, and for how long. */
export interface SessionTable {
  open(principal: string): Promise<OpenedSession>;
  /** Changes a living session in one atomic step and moves its expiry on. `change` may run several times. */
  use(place: Place, change: (session: Session) => void): Promise<Session>;
  end(place: Place): Promise<void>;
}

/** A store gives up after 200 lost races; so many times it is asked again. */
const maxConflicts = 20;

/**
 * Keeps each session in one of `maxPerPrincipal` places of its principal, so that the cap needs no count: a place is taken by the
 * store's atomic `add`, and is free again when the session in it expires.
 */
export function createSessionTable(options: SessionTableOptions): SessionTable {
  const { store, ttlMs, maxLifeMs, now } = options;
  const own = (text: string | undefined, { digest }: Place): Session => {
    const session = parseSession(text, now());
    if (!session || !isSameDigest(session.digest, digest)) throw unknownHandle();
    return session;
  };
  return {
    async open(principal) {
      const secret = options.randomBytes(secretBytes);
      return (await takeFreePlace(principal, secret, options)) ?? retryConflicts(() => replaceIdle(principal, secret, options));
    },
    async use(place, change) {
      let used: Session | undefined;
      const changeOwn = (text: string | undefined): string => {
        used = own(text, place);
        change(used);
        used.usedAt = now();
        used.expiresAt = Math.min(used.usedAt + ttlMs, used.openedAt + maxLifeMs);
        return JSON.stringify(used);
      };
      await retryConflicts(() => store.update(place.key, changeOwn, { ttlMs }));
      if (!used) throw unknownHandle();
      return used;
    },
    async end(place) {
      const remove = (text: string | undefined): undefined => void own(text, place);
      await retryConflicts(() => store.update(place.key, remove, { ttlMs }));
    },
  };
}

/** A conflict means that nothing was written, so the same can be tried again. */
async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= maxConflicts || !isAppError(error) || error.code !== 'CONFLICT') throw error;
    }
  }
}

async function takeFreePlace(principal: string, secret: Uint8Array, options: SessionTableOptions): Promise<OpenedSession | undefined> {
  const { store, ttlMs, maxPerPrincipal } = options;
  // Openers that start anywhere seldom meet.
  const start = ((secret[0] ?? 0) * 256 + (secret[1] ?? 0)) % maxPerPrincipal;
  for (let step = 0; step < maxPerPrincipal; step += 1) {
    const slot = (start + step) % maxPerPrincipal;
    const { text, opened } = newSession(principal, formatHandle(slot, secret), options);
    if (await store.add(slotKey(principal, slot), text, { ttlMs })) return opened;
  }
  return undefined;
}

function newSession(
  principal: string,
  handle: string,
  { now, ttlMs }: SessionTableOptions,
): { readonly text: string; readonly opened: OpenedSession } {
  const at = now();
  const expiresAt = at + ttlMs;
  const { digest } = locate(principal, handle);
  const session: Session = { v: 1, digest, openedAt: at, usedAt: at, expiresAt, next: 1, evicted: 0, turns: [] };
  return { text: JSON.stringify(session), opened: { handle, expiresAt } };
}

/** Takes the place of a session that is past its life, else of the one that is idle for the longest time. */
async function replaceIdle(principal: string, secret: Uint8Array, options: SessionTableOptions): Promise<OpenedSession> {
  const { store, ttlMs, now, minIdleMs, maxPerPrincipal } = options;
  const { slot, usedAt } = await findIdlest(principal, options);
  const idleMs = now() - usedAt;
  if (idleMs < minIdleMs) {
    const retryAfterMs = minIdleMs - idleMs;
    throw new AppError('LIMIT', `All ${String(maxPerPrincipal)} memories of this caller are in use.`, {
      hint: 'Go on with one that is open, or try again when one was not used for a while.',
      retryable: true,
      retryAfterMs,
      details: { limit: maxPerPrincipal },
    });
  }
  const { text, opened } = newSession(principal, formatHandle(slot, secret), options);
  const replace = (current: string | undefined): string => {
    if (usedAtOf(current, now()) > usedAt) throw new AppError('CONFLICT', 'The idle memory was used meanwhile.', { retryable: true });
    return text;
  };
  await store.update(slotKey(principal, slot), replace, { ttlMs });
  return opened;
}

/** One after the other: together they may be large. */
async function findIdlest(principal: string, options: SessionTableOptions): Promise<{ slot: number; usedAt: number }> {
  let idlest = { slot: 0, usedAt: Infinity };
  for (let slot = 0; slot < options.maxPerPrincipal; slot += 1) {
    const usedAt = usedAtOf(await options.store.get(slotKey(principal, slot)), options.now());
    if (usedAt < idlest.usedAt) idlest = { slot, usedAt };
  }
  return idlest;
}

function usedAtOf(text: string | undefined, now: number): number {
  return parseSession(text, now)?.usedAt ?? -Infinity;
}
