import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '@trellis-mcp/errors';
import { checkKey, checkLimit, checkPrefix, checkTtl, checkValue } from './check-input.ts';
import type { KeyStore, KeyStoreOptions } from './key-store.ts';
import type { NewRecord, RecordBackend } from './record-backend.ts';

const maxAttempts = 200;
const maxBackoffMs = 32;
const writesPerPrune = 256;
const defaultGraceMs = 60_000;

interface Recorder {
  now: () => number;
  /** Makes the record of one write; checks value and life. */
  record: (value: string, ttlMs: number) => NewRecord;
}

/** Builds the store that callers see on the primitives of one backend: limits, expiry by the passed clock, and the atomic steps. */
export function createKeyStore(backend: RecordBackend, options: KeyStoreOptions = {}): KeyStore {
  const { now, record } = createRecorder(options);
  const { enter, write, prune, close } = createGate(backend, { now, ...options });
  return {
    async get(key) {
      enter(key);
      const stored = await backend.read(key);
      return stored && stored.expiresAt > now() ? stored.value : undefined;
    },
    async set(key, value, { ttlMs }) {
      const next = record(value, ttlMs);
      await write(key, () => backend.write(key, next));
    },
    async add(key, value, { ttlMs }) {
      const next = record(value, ttlMs);
      return write(key, () => addRecord(backend, key, { now, next }));
    },
    async update(key, change, { ttlMs }) {
      checkTtl(ttlMs);
      return write(key, () => updateRecord(backend, key, { now, change, make: (value) => record(value, ttlMs) }));
    },
    async delete(key) {
      enter(key);
      const expiresAt = await backend.remove(key);
      return expiresAt !== undefined && expiresAt > now();
    },
    async scan(prefix, { limit, after }) {
      enter();
      return backend.list(checkPrefix(prefix), { limit: checkLimit(limit), after, now: now() });
    },
    prune,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Gate {
  enter: (key?: string) => void;
  /** Runs a step that writes; once more when the store was full and garbage could be removed. */
  write: <T>(key: string, step: () => Promise<T>) => Promise<T>;
  prune: () => Promise<number>;
  close: () => Promise<void>;
}

function createGate(backend: RecordBackend, { now = Date.now, graceMs = defaultGraceMs }: KeyStoreOptions): Gate {
  let isClosed = false;
  let writes = 0;
  const enter = (key?: string): void => {
    if (isClosed) throw new AppError('CANCELLED', 'The store is closed.');
    if (key !== undefined) checkKey(key);
  };
  const prune = (): Promise<number> => backend.prune(now() - graceMs);
  return {
    enter,
    // Every so many writes sweep more than those writes can have left behind, so that garbage is bounded without a timer.
    async write(key, step) {
      enter(key);
      writes += 1;
      if (writes % writesPerPrune === 0) await prune();
      try {
        return await step();
      } catch (error) {
        if (!isAppError(error) || error.code !== 'LIMIT' || (await prune()) === 0) throw error;
        return step();
      }
    },
    prune,
    close() {
      isClosed = true;
      backend.close?.();
      return Promise.resolve();
    },
  };
}

function createRecorder({ now = Date.now, maxValueBytes = 8 * 1024 * 1024, graceMs = defaultGraceMs }: KeyStoreOptions): Recorder {
  const tag = randomBytes(9).toString('base64url');
  let count = 0;
  return {
    now,
    record(value, ttlMs) {
      checkTtl(ttlMs);
      checkValue(value, maxValueBytes);
      count += 1;
      return { value, version: `${tag}.${count.toString(36)}`, expiresAt: Math.ceil(now() + ttlMs), keepMs: Math.ceil(ttlMs + graceMs) };
    },
  };
}

async function addRecord(backend: RecordBackend, key: string, { now, next }: { now: () => number; next: NewRecord }): Promise<boolean> {
  // The usual key is new: one trip.
  if (await backend.swap(key, undefined, next)) return true;
  return retryRaces(async () => {
    const stored = await backend.read(key);
    if (stored && stored.expiresAt > now()) return { result: false };
    return (await backend.swap(key, stored?.version, next)) ? { result: true } : undefined;
  });
}

interface Change {
  now: () => number;
  change: (current: string | undefined) => string | undefined;
  make: (value: string) => NewRecord;
}

function updateRecord(backend: RecordBackend, key: string, { now, change, make }: Change): Promise<string | undefined> {
  return retryRaces(async () => {
    const stored = await backend.read(key);
    const value = change(stored && stored.expiresAt > now() ? stored.value : undefined);
    if (value === undefined && stored === undefined) return { result: undefined };
    const next = value === undefined ? undefined : make(value);
    return (await backend.swap(key, stored?.version, next)) ? { result: value } : undefined;
  });
}

/** Repeats a step that lost a race against another writer. Failures are not repeated: whether they wrote is unknown. */
async function retryRaces<T>(step: () => Promise<{ result: T } | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const outcome = await step();
    if (outcome) return outcome.result;
    await sleep(Math.random() * Math.min(2 ** attempt, maxBackoffMs));
  }
  throw new AppError('CONFLICT', `The key was changed by others ${String(maxAttempts)} times in a row.`, { retryable: true });
}
