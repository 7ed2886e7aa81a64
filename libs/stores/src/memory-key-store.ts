import { AppError } from '@trellis-mcp/errors';
import { LRUCache } from 'lru-cache';
import { createKeyStore } from './create-key-store.ts';
import type { KeyStore, KeyStoreOptions } from './key-store.ts';
import type { ListOptions, NewRecord, RecordBackend, StoredRecord } from './record-backend.ts';

/** How a {@link openMemoryKeyStore} is bounded. */
export interface MemoryKeyStoreOptions extends KeyStoreOptions {
  /** Most keys. Default 10,000. */
  maxEntries?: number;
  /** Most bytes of keys and values together. Default 64 MiB. */
  maxBytes?: number;
  /**
   * What a write to a full store does: drop the least recently used (default; right for caches), or reject with `LIMIT` until something
   * expires (right where a lost key would be a hole, such as tokens already used).
   */
  whenFull?: 'evict' | 'refuse';
}

const overheadBytes = 100;
const pruneBatch = 512;

/** Opens a key store in the memory of this process. */
export function openMemoryKeyStore({ maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, ...options }: MemoryKeyStoreOptions = {}): KeyStore {
  const { now = Date.now, whenFull = 'evict' } = options;
  let records: LRUCache<string, StoredRecord> | undefined;
  // The cache makes room for all of its entries at once, which a store that is never used need not.
  const open = (): LRUCache<string, StoredRecord> => (records ??= new LRUCache({ max: maxEntries, maxSize: maxBytes }));
  const put = (key: string, { value, version, expiresAt }: NewRecord): void => {
    const size = Buffer.byteLength(key) + Buffer.byteLength(value) + overheadBytes;
    if (size > maxBytes) throw full(maxBytes);
    const kept = open();
    const isFull = (): boolean => {
      const freed = kept.peek(key) ? Buffer.byteLength(key) + Buffer.byteLength(kept.peek(key)?.value ?? '') + overheadBytes : 0;
      return kept.calculatedSize - freed + size > maxBytes || (freed === 0 && kept.size >= maxEntries);
    };
    if (whenFull === 'refuse' && isFull() && (dropExpired(kept, now(), Infinity) === 0 || isFull())) throw full(maxBytes);
    kept.set(key, { value, version, expiresAt }, { size });
  };
  return createKeyStore({ ...createBackend(open, put), close: () => records?.clear() }, options);
}

function createBackend(
  open: () => LRUCache<string, StoredRecord>,
  put: (key: string, record: NewRecord) => void,
): Omit<RecordBackend, 'close'> {
  return {
    read: async (key) => open().get(key),
    write: async (key, record) => put(key, record),
    async swap(key, expected, next) {
      if (open().peek(key)?.version !== expected) return false;
      if (next) put(key, next);
      else open().delete(key);
      return true;
    },
    async remove(key) {
      const expiresAt = open().peek(key)?.expiresAt;
      open().delete(key);
      return expiresAt;
    },
    list: async (prefix, options) => listKeys(open(), prefix, options),
    prune: async (expiredAt) => dropExpired(open(), expiredAt, pruneBatch),
  };
}

function listKeys(
  records: LRUCache<string, StoredRecord>,
  prefix: string,
  { limit, after, now }: ListOptions,
): { keys: string[]; next?: string } {
  const found: string[] = [];
  for (const [key, record] of records.entries()) {
    if (key.startsWith(prefix) && (after === undefined || key > after) && record.expiresAt > now) found.push(key);
  }
  const keys = found.sort().slice(0, limit);
  const next = found.length > limit ? keys.at(-1) : undefined;
  return next === undefined ? { keys } : { keys, next };
}

function dropExpired(records: LRUCache<string, StoredRecord>, expiredAt: number, limit: number): number {
  let dropped = 0;
  for (const [key, record] of records.entries()) {
    if (dropped >= limit) break;
    if (record.expiresAt <= expiredAt && records.delete(key)) dropped += 1;
  }
  return dropped;
}

function full(limitBytes: number): AppError {
  return new AppError('LIMIT', 'The store is full.', { retryable: true, details: { limitBytes } });
}
