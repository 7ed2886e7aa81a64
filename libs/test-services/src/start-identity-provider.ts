import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { createIdentityAdapter } from './create-identity-adapter.ts';
import { followAuthorization, makePkce, postToken, type TokenAnswer, type TokenRequest } from './drive-identity.ts';
import { configureIdentity, makeSigningKey, publicClientId, type IdentityParts } from './identity-config.ts';
import { answerInteraction } from './identity-interaction.ts';
import { registerSecret } from './secret-watch.ts';

/** What an identity provider offers. */
export interface IdentityProviderOptions {
  /** Scopes that every resource has. */
  scopes: readonly string[];
  /** Resource indicators that are known. Default: any. */
  resources?: readonly string[];
  /** Default: a free port. */
  port?: number;
  /** Names that can log in; the first one does unless `login_hint` names another. Default `alice` and `bob`. */
  users?: readonly string[];
  /** `page` asks in the browser, `auto` says yes at once. Default `auto`. */
  consent?: 'auto' | 'page';
  /** `opaque` tokens can be introspected, `jwt` ones cannot. Default `jwt`. */
  accessTokenFormat?: 'jwt' | 'opaque';
  /** Default 300. */
  accessTokenTtlSeconds?: number;
  /** Whether the token endpoint asks for a DPoP nonce. Default false. */
  dpopNonce?: boolean;
  /** Further claims of an access token; `user` is undefined for a client without one. */
  extraClaims?: (user: string | undefined) => Record<string, unknown>;
}

/** A client with a secret. */
export interface IdentityClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An OAuth 2.1 and OpenID Connect provider on loopback. */
export interface IdentityProvider extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly issuer: string;
  readonly port: number;
  readonly tokenEndpoint: string;
  /** May use client credentials. */
  readonly machine: IdentityClient;
  /** May introspect. */
  readonly resourceServer: IdentityClient;
  /** Plays the browser of a user: log-in and consent of an authorization URL. Gives the redirect URI with its code. */
  approve(authorizationUrl: string | URL, options?: { user?: string }): Promise<URL>;
  /** A token of a user, by authorization code and PKCE. */
  signIn(request: TokenRequest & { user?: string }): Promise<TokenAnswer>;
  /** A token of the machine client, by client credentials. */
  getMachineToken(request: TokenRequest): Promise<TokenAnswer>;
  /** Serves a client id metadata document at the https URL that it gives back (loopback is asked under that name). */
  publishClient(metadata: Readonly<Record<string, unknown>>): string;
  /** Revokes a token (RFC 7009) of the built-in public client, or of the machine client. */
  revoke(token: string, by?: 'user' | 'machine'): Promise<void>;
  /** Signs with a new key from now on; the old one stays published unless told otherwise. */
  rotateKeys(options?: { keepOld?: boolean }): void;
  stop(): Promise<void>;
}

/** Starts a provider on 127.0.0.1. It needs the optional package `oidc-provider`. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const { Provider: ProviderClass, errors } = await import('oidc-provider');
  let handle = (_request: IncomingMessage, response: ServerResponse): unknown => response.writeHead(503).end();
  const server = createServer((request, response) => void handle(request, response));
  const port = await listen(server, options.port ?? 0);
  const issuer = `http://127.0.0.1:${port}`;
  const documents = new Map<string, string>();
  const parts: IdentityParts & { keys: ReturnType<typeof makeSigningKey>[] } = {
    adapter: createIdentityAdapter(),
    keys: [makeSigningKey()],
    cookieKeys: [randomBytes(32).toString('hex')],
    machine: { clientId: 'test-machine', clientSecret: randomBytes(24).toString('hex') },
    resourceServer: { clientId: 'test-resource-server', clientSecret: randomBytes(24).toString('hex') },
    redirectUri: 'http://127.0.0.1:9/callback',
    InvalidTarget: errors.InvalidTarget,
    fetch: async (input) => answerDocument(documents, input),
  };
  const start = (): void => {
    const provider = new ProviderClass(issuer, configureIdentity(options, parts));
    handle = createHandler(provider, options);
  };
  start();
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const rotateKeys = ({ keepOld = true }: { keepOld?: boolean } = {}): void => {
    parts.keys = [makeSigningKey(), ...(keepOld ? parts.keys : [])];
    start();
  };
  const { machine, resourceServer } = parts;
  for (const { clientSecret } of [machine, resourceServer]) registerSecret(clientSecret);
  const driver = createDriver(issuer, parts);
  const publishClient: IdentityProvider['publishClient'] = (metadata) => {
    const clientId = `https://clients.example/${randomBytes(8).toString('hex')}.json`;
    documents.set(clientId, JSON.stringify({ ...metadata, client_id: clientId }));
    return clientId;
  };
  return { issuer, port, machine, resourceServer, ...driver, publishClient, rotateKeys, stop, [Symbol.asyncDispose]: stop };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The identity provider has no port.'));
      else resolve(address.port);
    });
  });
}

function createHandler(provider: Provider, { users = ['alice', 'bob'], consent = 'auto' }: IdentityProviderOptions) {
  const answer = provider.callback();
  return (request: IncomingMessage, response: ServerResponse): unknown => {
    if (request.url?.startsWith('/interaction/') !== true) return answer(request, response);
    return answerInteraction(provider, { request, response }, { users, consent }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  };
}

function answerDocument(documents: ReadonlyMap<string, string>, input: string | URL | Request): Response {
  const document = documents.get(input instanceof Request ? input.url : String(input));
  if (document === undefined) return new Response(null, { status: 404 });
  return new Response(document, { headers: { 'content-type': 'application/json' } });
}

type Driver = Pick<IdentityProvider, 'tokenEndpoint' | 'approve' | 'signIn' | 'getMachineToken' | 'revoke'>;

function createDriver(issuer: string, { machine, redirectUri }: IdentityParts): Driver {
  const tokenEndpoint = `${issuer}/token`;
  const basic = `Basic ${Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString('base64')}`;
  const approve: Driver['approve'] = (authorizationUrl, { user } = {}) => {
    const url = new URL(authorizationUrl);
    if (user !== undefined) url.searchParams.set('login_hint', user);
    return followAuthorization(url);
  };
  const signIn: Driver['signIn'] = async ({ resource, scope, headers, user }) => {
    const { verifier, challenge } = makePkce();
    const base = { client_id: publicClientId, redirect_uri: redirectUri, resource };
    const asked = { ...base, response_type: 'code', scope, code_challenge: challenge, code_challenge_method: 'S256' };
    const landed = await approve(`${issuer}/auth?${new URLSearchParams(asked).toString()}`, user === undefined ? {} : { user });
    const code = landed.searchParams.get('code');
    if (code === null) throw new Error(`The provider gave no code: ${landed.search}`);
    return postToken(tokenEndpoint, { ...base, grant_type: 'authorization_code', code, code_verifier: verifier }, headers);
  };
  const getMachineToken: Driver['getMachineToken'] = ({ resource, scope, headers }) =>
    postToken(tokenEndpoint, { grant_type: 'client_credentials', resource, scope }, { ...headers, authorization: basic });
  const revoke: Driver['revoke'] = async (token, by = 'user') => {
    const body = new URLSearchParams(by === 'user' ? { token, client_id: publicClientId } : { token });
    const response = await fetch(`${issuer}/token/revocation`, {
      method: 'POST',
      body,
      headers: by === 'user' ? {} : { authorization: basic },
    });
    if (!response.ok) throw new Error(`Revocation was answered ${response.status}: ${await response.text()}`);
  };
  return { tokenEndpoint, approve, signIn, getMachineToken, revoke };
}
