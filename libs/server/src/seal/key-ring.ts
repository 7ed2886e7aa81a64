import { AppError } from '@trellis-mcp/errors';
import { hkdfSync, randomBytes } from 'node:crypto';

/** One key of a {@link KeyRing}. */
export interface RingKey {
  /** Written in front of every token; not secret. */
  readonly id: string;
  /** 256 bits for AES-GCM, derived from the operator's secret by HKDF-SHA256. */
  readonly key: Uint8Array;
}

/** Keys by id; the newest seals, all of them open. */
export interface KeyRing {
  readonly newest: RingKey;
  readonly byId: ReadonlyMap<string, RingKey>;
}

const minSecret = 32;
const keyForm = /^(?:([A-Za-z0-9_-]{1,16}):)?(.+)$/s;

/**
 * Reads the values of `--state-keys`: each is `[id:]secret`, at least 32 characters of secret, the newest first.
 *
 * Without an id it is derived from the secret, so the order of a rotation is: put the new key first, keep the old one for as long as its
 * tokens live, drop it.
 *
 * @param values Empty gives one random key, which dies with the process.
 * @throws AppError `INVALID_INPUT` for a short secret or two keys of one id; the message holds no secret.
 */
export function parseKeyRing(values: readonly string[]): KeyRing {
  const secrets = values.length > 0 ? values : [randomBytes(32).toString('base64url')];
  const keys = secrets.map((value, index) => parseKey(value, index + 1));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [newest] = keys;
  if (newest === undefined || byId.size < keys.length) {
    throw new AppError('INVALID_INPUT', 'Two state keys have the same id.', { hint: 'Give every key of --state-keys an id of its own.' });
  }
  return { newest, byId };
}

function parseKey(value: string, position: number): RingKey {
  const [, id, secret = ''] = keyForm.exec(value) ?? [];
  if (secret.length < minSecret) {
    throw new AppError('INVALID_INPUT', `State key ${position} is shorter than ${minSecret} characters.`, {
      hint: 'Make one with: openssl rand -base64 32',
    });
  }
  return { id: id ?? Buffer.from(derive(secret, 'id', 6)).toString('base64url'), key: derive(secret, 'seal', 32) };
}

function derive(secret: string, purpose: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'trellis state key', purpose, bytes));
}
