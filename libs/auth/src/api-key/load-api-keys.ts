import { timingSafeEqual } from 'node:crypto';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { Principal } from '../principal.ts';
import { apiKeyPattern, hashApiKey } from './create-api-key.ts';
import { parseApiKeys } from './parse-api-keys.ts';

/** Where keys come from. */
export interface LoadApiKeysOptions {
  /** Reads the file, `{ "keys": [ApiKeyEntry, ...] }`. */
  read: () => Promise<string>;
  /** A use after this time reads the file again, in the background; in milliseconds. Default 30,000. */
  refreshMs?: number;
  /** Hears why a later reading failed; the keys of before then go on. */
  onError?: (error: AppError) => void;
  /** Default `Date.now`. */
  now?: () => number;
}

/** The API keys of a deployment. */
export interface ApiKeys {
  /** Whether a credential has the form of a key, good or not. */
  isKey(text: string): boolean;
  /** Whom a key stands for; undefined when it is unknown or has ended. */
  find(key: string): Principal | undefined;
  /** Names of the keys that count now, and of those that have ended. */
  list(): { readonly current: readonly string[]; readonly ended: readonly string[] };
  /** Reads the file now. Rejects, and keeps the keys of before, when it is wrong. */
  reload(): Promise<void>;
}

interface LoadedKey {
  readonly digest: Buffer;
  readonly expiresAt: number;
  readonly principal: Omit<Principal, 'expiresAt'>;
}

/** A connection opened with a key without an end must show it again after this time. */
const maxUnseenMs = 12 * 3_600_000;

/** Reads the keys once, and again as they are used, so that a withdrawn key ends without a restart. Rejects with `INVALID_INPUT`. */
export async function loadApiKeys({ read, refreshMs = 30_000, onError, now = Date.now }: LoadApiKeysOptions): Promise<ApiKeys> {
  let keys: readonly LoadedKey[] = [];
  let checkedAt = now();
  let begun = 0;
  let taken = 0;
  const reload = async (): Promise<void> => {
    checkedAt = now();
    const turn = (begun += 1);
    const entries = parseApiKeys(await read());
    // A later reading, which ended before this one, knows better.
    if (turn < taken) return;
    taken = turn;
    keys = entries.map((entry) => ({
      digest: Buffer.from(entry.hash),
      expiresAt: entry.expiresAt === undefined ? Infinity : Date.parse(entry.expiresAt),
      principal: {
        id: `key:${entry.name}`,
        clientId: entry.name,
        scopes: new Set(entry.scopes),
        ...(entry.tenant !== undefined && { tenant: entry.tenant }),
      },
    }));
  };
  await reload();
  return {
    reload,
    isKey: (text) => apiKeyPattern.test(text),
    list() {
      const namesOf = (some: readonly LoadedKey[]): string[] => some.map(({ principal }) => principal.clientId);
      const at = now();
      return {
        current: namesOf(keys.filter(({ expiresAt }) => expiresAt > at)),
        ended: namesOf(keys.filter(({ expiresAt }) => expiresAt <= at)),
      };
    },
    find(key) {
      // The clock may have gone back.
      if (Math.abs(now() - checkedAt) >= refreshMs) void reload().catch((error: unknown) => onError?.(asUnreadable(error)));
      const found = findByDigest(keys, Buffer.from(hashApiKey(key)));
      if (found === undefined || found.expiresAt <= now()) return undefined;
      return { ...found.principal, expiresAt: Math.min(found.expiresAt, now() + maxUnseenMs) };
    },
  };
}

/** Looks at every key, whichever matches, so that the time taken says nothing. */
function findByDigest(keys: readonly LoadedKey[], digest: Buffer): LoadedKey | undefined {
  let found: LoadedKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
}

function asUnreadable(error: unknown): AppError {
  return isAppError(error) ? error : new AppError('UPSTREAM', 'The file of API keys could not be read.', { cause: error });
}
