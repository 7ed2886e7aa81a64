import { AppError } from '@trellis-mcp/errors';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type RemoteJWKSet,
} from 'jose';
import type { IssuerClient } from './create-issuer-client.ts';
import { discoverIssuer } from './discover-issuer.ts';

/** The signing keys of an issuer. */
export interface KeySource {
  /** Finds the key of a token; rejects with jose's errors when there is none, with `UPSTREAM` when it cannot be known. */
  find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey>;
  /** Fetches the keys when there are none or they are old. Rejects with `UPSTREAM` when no key can be used then. */
  refresh(): Promise<void>;
}

/** What {@link createKeySource} needs. */
export interface KeySourceOptions {
  issuer: string;
  /** Skips discovery. */
  jwksUri?: string | undefined;
  client: IssuerClient;
  now: () => number;
}

/** Keys older than this are fetched again before they are used, so that a withdrawn key ends. */
const refreshMs = 10 * 60_000;
/** While the issuer is away, keys up to this age still count. */
const maxStaleMs = 60 * 60_000;
/** An unknown key id fetches again at most this often. */
const unknownKeyPauseMs = 10_000;
const rediscoverMs = 60 * 60_000;

/**
 * Keeps the keys that jose fetches. jose decides by the system's clock when to fetch again; here its own timing is switched off and
 * the passed clock decides, because a failed refresh must not refuse tokens whose key is known.
 */
export function createKeySource(options: KeySourceOptions): KeySource {
  const { client, now } = options;
  const locate = createLocator(options);
  let keys: { set: RemoteJWKSet; uri: string } | undefined;
  let loadedAt = -Infinity;
  let loading: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    const uri = await locate();
    const next = keys?.uri === uri ? keys : { uri, set: createSet(uri, client) };
    await next.set.reload();
    keys = next;
    loadedAt = now();
  };
  const load = (): Promise<void> => {
    loading ??= client.attempt(fetchKeys).finally(() => {
      loading = undefined;
    });
    return loading;
  };
  // A clock that went back makes keys no younger.
  const ageOfKeys = (): number => Math.abs(now() - loadedAt);
  const refresh = async (): Promise<void> => {
    const age = ageOfKeys();
    if (age < refreshMs) return;
    try {
      await load();
    } catch (error) {
      if (age >= maxStaleMs) throw error; // before that the keys at hand still count; the client has reported it
    }
  };
  return {
    refresh,
    async find(header, token) {
      await refresh();
      if (keys === undefined) throw new AppError('UPSTREAM', 'The keys are not there.');
      try {
        return await keys.set(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || ageOfKeys() < unknownKeyPauseMs) throw error;
        await load();
        return keys.set(header, token);
      }
    },
  };
}

function createLocator({ issuer, jwksUri, client, now }: KeySourceOptions): () => Promise<string> {
  let location: { uri: string; foundAt: number } | undefined;
  return async () => {
    if (jwksUri !== undefined) return jwksUri;
    if (location !== undefined && now() - location.foundAt < rediscoverMs) return location.uri;
    const { jwksUri: uri } = await discoverIssuer(issuer, client);
    if (uri === undefined) throw new AppError('UPSTREAM', 'The issuer names no keys.', { hint: 'Use introspection.' });
    location = { uri, foundAt: now() };
    return uri;
  };
}

function createSet(uri: string, client: IssuerClient): RemoteJWKSet {
  return createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    [customFetch]: (url, { headers }) => client.request(url, { headers }),
  });
}
