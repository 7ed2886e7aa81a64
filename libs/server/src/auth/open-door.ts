import { readFile } from 'node:fs/promises';
import { authFailure, createAuthenticator, loadApiKeys, type Authenticator, type AuthenticatorOptions } from '@trellis-mcp/auth';
import { AppError, isAppError } from '@trellis-mcp/errors';
import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import type { Authentication, Door } from '../authenticate.ts';
import type { CommonConfig } from '../common-settings.ts';
import type { Host } from '../host.ts';
import { endpointUrl, websocketEndpoint } from '../http/endpoint-url.ts';
import type { HttpRefusal } from '../http/http-error.ts';

/** What a door needs of a {@link Host}. */
export type DoorHost = Pick<Host, 'config' | 'log' | 'now' | 'keyStore' | 'redis'> & {
  readonly lifecycle: Pick<Host['lifecycle'], 'onClose'>;
  readonly health: Pick<Host['health'], 'addCheck'>;
};

/** How long the health report remembers that the issuer or the key file could not be asked. */
const failureShownMs = 60_000;
/** Endpoints, each with an authenticator of its own: `/mcp` and `/ws`. */
const maxResources = 4;
/** Used proofs in memory; with more of them, callers that prove their key are told 503. */
const maxProofs = 100_000;

/**
 * Makes what stands in front of HTTP and WebSocket with `--auth`. The issuer is asked once in the background, so that a wrong one shows in the
 * log at the start and not at the first call.
 *
 * @param scopes Every scope of the server, for the metadata.
 * @throws AppError `INVALID_INPUT` when the settings or the file of keys cannot work.
 */
export async function openDoor(host: DoorHost, scopes: readonly string[]): Promise<Door> {
  const options = await readOptions(host, scopes);
  const authenticators = new Map<string, Authenticator>();
  const find = (resource: string): Authenticator => {
    const known = authenticators.get(resource);
    if (known !== undefined) return known;
    if (authenticators.size >= maxResources) throw new Error('a request names a resource that this server is not');
    const made = createAuthenticator({ ...options(resource), resource });
    authenticators.set(resource, made);
    return made;
  };
  host.lifecycle.onClose('auth', async () => {
    await Promise.all([...authenticators.values()].map((one) => one.close()));
  });
  void find(endpointUrl(host.config, host.config.port)).check();
  return createDoor(find, host.config);
}

function createDoor(find: (resource: string) => Authenticator, config: CommonConfig): Door {
  return {
    authenticate(request) {
      const refuse = (error: unknown): Authentication => ({ refusal: toRefusal(error, config) });
      try {
        const found = find(request.resource).recognise(request);
        return found instanceof Promise ? found.then((principal) => ({ principal }), refuse) : { principal: found };
      } catch (error) {
        return refuse(error);
      }
    },
    refuse(caller, missing, resource) {
      const text = `More scopes are needed: ${missing.join(' ')}.`;
      const challenge = find(resource).challenge({ error: 'insufficient_scope', text, scopes: missing });
      return {
        status: 403,
        code: 'DENIED',
        reason: 'scope',
        message: text,
        hint: 'Ask for a token with them, or the operator for a key.',
        caller,
        headers: { 'www-authenticate': challenge },
      };
    },
    describe(resource) {
      const authenticator = find(resource);
      const { metadataUrl } = authenticator;
      const document = authenticator.metadata();
      return metadataUrl === undefined || document === undefined ? undefined : { path: new URL(metadataUrl).pathname, document };
    },
  };
}

/** What all resources of a server share. */
async function readOptions(host: DoorHost, scopes: readonly string[]) {
  const { config, now } = host;
  const onError = watchFailures(host);
  const apiKeys = config.apiKeysFile === undefined ? undefined : await openKeys(config.apiKeysFile, { now, onError });
  const tokens = config.auth === 'oauth' ? await readTokenOptions(host, onError) : undefined;
  return (resource: string): AuthenticatorOptions => ({
    resource,
    scopes,
    now,
    onError,
    ...(apiKeys !== undefined && { apiKeys }),
    ...tokens,
    ...(tokens !== undefined && { audience: config.authAudience ?? resourcesOf(resource, config) }),
  });
}

/** A token for one endpoint opens the other: behind both are the same tools, under the same scopes. */
function resourcesOf(resource: string, config: CommonConfig): string[] {
  const endpoint = config.publicUrl === undefined ? new URL('/mcp', resource).href : endpointUrl(config, config.port);
  return config.websocket ? [endpoint, websocketEndpoint(endpoint)] : [endpoint];
}

async function readTokenOptions(host: DoorHost, onError: (error: AppError) => void): Promise<Partial<AuthenticatorOptions>> {
  const { config, lifecycle } = host;
  const { openEgress } = await import('./open-egress.ts');
  const egress = openEgress(config);
  lifecycle.onClose('egress', () => egress.close());
  return {
    ...issuerOptions(config),
    fetch: egress.fetch,
    initialScopes: config.authInitialScopes,
    dpop: { store: openProofStore(host), required: config.requireDpop },
    onError,
  };
}

/** Used proofs are many and live for a minute: in memory they have a store of their own, or they would leave no room for anything else. */
function openProofStore({ config, redis, keyStore, lifecycle, now }: DoorHost): KeyStore {
  if (redis !== undefined || config.cachePath !== undefined) return keyStore;
  const store = openMemoryKeyStore({ now, maxEntries: maxProofs, whenFull: 'refuse' });
  lifecycle.onClose('proofs', () => store.close());
  return store;
}

/** How the tokens of the configured issuer are judged. */
export function issuerOptions(config: CommonConfig): Partial<AuthenticatorOptions> {
  const { authIssuer, authTokenType, authTenantClaim, authIntrospection, authClientId, authClientSecret } = config;
  return {
    mode: authIntrospection ? 'introspection' : 'jwt',
    tokenTypes: authTokenType,
    ...(authIssuer !== undefined && { issuer: authIssuer }),
    ...(authTenantClaim !== undefined && { tenantClaim: authTenantClaim }),
    ...(authClientId !== undefined && { clientId: authClientId }),
    ...(authClientSecret !== undefined && { clientSecret: authClientSecret }),
  };
}

/** Reads a file of API keys. @throws AppError `INVALID_INPUT` when it is not there or wrong. */
export async function openKeys(path: string, options: { now?: () => number; onError?: (error: AppError) => void } = {}) {
  try {
    return await loadApiKeys({ read: () => readFile(path, 'utf8'), ...options });
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError('INVALID_INPUT', 'The file of API keys cannot be read.', { hint: 'Check --api-keys-file.', cause });
  }
}

/** Logs what could not be asked, and shows it in the health report; calls with known tokens still go on, so it is not critical. */
function watchFailures({ log, now, health }: DoorHost): (error: AppError) => void {
  let failedAt = -Infinity;
  health.addCheck(
    'auth',
    () =>
      Promise.resolve(now() - failedAt < failureShownMs ? { ok: false, detail: 'not every caller could be authenticated' } : { ok: true }),
    { critical: false },
  );
  return (error) => {
    failedAt = now();
    log.warn({ err: error, hint: error.hint }, 'Callers cannot be authenticated now.');
  };
}

function toRefusal(error: unknown, { authIssuer }: CommonConfig): HttpRefusal {
  const failure = authFailure(error);
  if (failure === undefined || !isAppError(error)) throw error;
  const { status, reason, headers, body } = failure;
  const hint =
    authIssuer === undefined ? 'Send Authorization: Bearer and an API key.' : `Send Authorization: Bearer and a token of ${authIssuer}.`;
  return {
    status,
    code: error.code,
    reason: `auth-${reason}`,
    message: body.error_description,
    headers,
    ...(reason === 'missing' && { hint }),
  };
}
