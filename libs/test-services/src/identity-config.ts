import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AdapterFactory, Configuration, JWK } from 'oidc-provider';
import type { IdentityClient, IdentityProviderOptions } from './start-identity-provider.ts';

/** What {@link configureIdentity} needs beside the options. */
export interface IdentityParts {
  readonly adapter: AdapterFactory;
  readonly keys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  /** Clients of confidence, and the one that may introspect. */
  readonly machine: IdentityClient;
  readonly resourceServer: IdentityClient;
  /** The redirect URI of the built-in public client. */
  readonly redirectUri: string;
  /** The class of the error for an unknown resource; it comes with the package, which is loaded late. */
  readonly InvalidTarget: new () => Error;
  /** Answers for client id metadata documents. */
  readonly fetch: typeof globalThis.fetch;
}

/** The built-in public client of {@link IdentityParts.redirectUri}. */
export const publicClientId = 'test-user-agent';

/** Makes a signing key with a new id. */
export function makeSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kty: 'EC', use: 'sig', alg: 'ES256', kid: randomBytes(8).toString('hex') };
}

/** Turns the features on that MCP clients use: PKCE, resource indicators, JWT access tokens, introspection, DCR, CIMD and DPoP. */
export function configureIdentity(options: IdentityProviderOptions, parts: IdentityParts): Configuration {
  return {
    adapter: parts.adapter,
    jwks: { keys: [...parts.keys] },
    cookies: { keys: [...parts.cookieKeys] },
    scopes: ['openid', 'offline_access', ...options.scopes],
    clients: listClients(parts),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    fetch: parts.fetch,
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description ?? ''}`;
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: (_ctx, token) => options.extraClaims?.('accountId' in token ? token.accountId : undefined),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    ttl: { Session: 3_600, Interaction: 600, Grant: 3_600, AccessToken: 300, ClientCredentials: 300, IdToken: 300, RefreshToken: 3_600 },
    features: chooseFeatures(options, parts),
  };
}

function chooseFeatures(
  options: IdentityProviderOptions,
  { resourceServer, InvalidTarget }: IdentityParts,
): NonNullable<Configuration['features']> {
  const { scopes, resources, accessTokenFormat = 'jwt', accessTokenTtlSeconds = 300, dpopNonce = false } = options;
  const jwt = accessTokenFormat === 'jwt' ? { jwt: { sign: { alg: 'ES256' as const } } } : {};
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
    introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === resourceServer.clientId },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => dpopNonce },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => {
        if (resources?.includes(resource) === false) throw new InvalidTarget();
        return { scope: scopes.join(' '), audience: resource, accessTokenFormat, accessTokenTTL: accessTokenTtlSeconds, ...jwt };
      },
    },
  };
}

function listClients({ machine, resourceServer, redirectUri }: IdentityParts): NonNullable<Configuration['clients']> {
  const confidential = { redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic' as const };
  return [
    { ...confidential, client_id: machine.clientId, client_secret: machine.clientSecret, grant_types: ['client_credentials'] },
    { ...confidential, client_id: resourceServer.clientId, client_secret: resourceServer.clientSecret, grant_types: [] },
    {
      client_id: publicClientId,
      application_type: 'native',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
  ];
}
