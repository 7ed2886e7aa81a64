import { AppError } from '@trellis-mcp/errors';
import type { Redis } from 'ioredis';
import { createKeyStore } from './create-key-store.ts';
import type { KeyStore, KeyStoreOptions } from './key-store.ts';
import type { RedisConnection } from './open-redis.ts';
import type { ListOptions, NewRecord, RecordBackend, StoredRecord } from './record-backend.ts';

/** Where a {@link openRedisKeyStore} puts its keys. */
export interface RedisKeyStoreOptions extends KeyStoreOptions {
  /** Put before every key, so that stores can share one Redis. Default `trellis:`. */
  prefix?: string;
}

/** A record is `version expiresAt value`: the first two fit into this many bytes. */
const headerBytes = 64;
const headerPattern = /^(\S+) (\d+) /;
const maxScanSteps = 100;

const swapScript = `
local size = #ARGV[1]
if size == 0 then
  if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
elseif redis.call('GETRANGE', KEYS[1], 0, size - 1) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1`;

const removeScript = `
local header = redis.call('GETRANGE', KEYS[1], 0, ARGV[1] - 1)
redis.call('DEL', KEYS[1])
return header`;

/** Opens a key store on a Redis connection. Atomic steps are scripts that compare a version, so one Redis serves any number of processes. */
export function openRedisKeyStore(redis: RedisConnection, { prefix: root = 'trellis:', ...options }: RedisKeyStoreOptions = {}): KeyStore {
  const backend: RecordBackend = {
    async read(key) {
      const text = await redis.run((command) => command.get(root + key));
      return text === null ? undefined : parseRecord(text);
    },
    async write(key, record) {
      await redis.run((command) => command.set(root + key, formatRecord(record), 'PX', record.keepMs));
    },
    async swap(key, expected, next) {
      const version = expected === undefined ? '' : `${expected} `;
      const args = [version, next ? formatRecord(next) : '', String(next?.keepMs ?? 0)];
      return (await redis.run((command) => command.eval(swapScript, 1, root + key, ...args))) === 1;
    },
    async remove(key) {
      const header = await redis.run((command) => command.eval(removeScript, 1, root + key, headerBytes));
      return header === '' ? undefined : parseRecord(String(header)).expiresAt;
    },
    list: (prefix, page) => redis.run((command) => listKeys(command, { root, prefix, ...page })),
    prune: () => Promise.resolve(0),
  };
  return createKeyStore(backend, options);
}

function formatRecord({ version, expiresAt, value }: NewRecord): string {
  return `${version} ${String(expiresAt)} ${value}`;
}

function parseRecord(text: string): StoredRecord {
  const [header, version, expiresAt] = headerPattern.exec(text) ?? [];
  if (header === undefined || version === undefined) {
    throw new AppError('UPSTREAM', 'Redis holds something else under this key.', {
      retryable: false,
      hint: 'Use a key prefix of its own.',
    });
  }
  return { version, expiresAt: Number(expiresAt), value: text.slice(header.length) };
}

interface RedisPage extends ListOptions {
  root: string;
  prefix: string;
}

/** SCAN may give more than asked for: what is over goes into the cursor, so that no key is lost and no page too long. */
async function listKeys(command: Redis, { root, prefix, limit, after, now }: RedisPage): Promise<{ keys: string[]; next?: string }> {
  const start = parseCursor(after);
  let { cursor } = start;
  let left: string[] = start.left;
  const keys: string[] = [];
  for (let step = 0; step < maxScanSteps; step += 1) {
    keys.push(...left.splice(0, limit - keys.length));
    if (keys.length >= limit || cursor === 'end') break;
    const [next, found] = await command.scan(
      cursor,
      'MATCH',
      `${escapeGlob(root + prefix)}*`,
      'COUNT',
      Math.max(10, Math.min(1_000, limit)),
    );
    const seen = new Set(keys);
    const fresh = [...new Set(found)].map((key) => key.slice(root.length)).filter((key) => !seen.has(key));
    left = await keepLiving(command, fresh, { root, now });
    cursor = next === '0' ? 'end' : next;
  }
  return left.length === 0 && cursor === 'end' ? { keys } : { keys, next: JSON.stringify([cursor, ...left]) };
}

async function keepLiving(command: Redis, keys: string[], { root, now }: { root: string; now: number }): Promise<string[]> {
  const headers = await Promise.all(keys.map((key) => command.getrange(root + key, 0, headerBytes - 1)));
  return keys.filter((_, index) => Number(headerPattern.exec(headers[index] ?? '')?.[2] ?? 0) > now);
}

function parseCursor(after: string | undefined): { cursor: string; left: string[] } {
  if (after === undefined) return { cursor: '0', left: [] };
  const [cursor, ...left] = parseStrings(after);
  if (cursor === undefined || !/^(\d+|end)$/.test(cursor)) throw new AppError('INVALID_INPUT', 'after is not the next of an earlier page.');
  return { cursor, left };
}

function parseStrings(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);
}
