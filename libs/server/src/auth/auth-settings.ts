import { setting } from '@trellis-mcp/config';
import { z } from 'zod';
import { ratePattern } from '../limit/parse-rates.ts';

/** Who may call over HTTP and WebSocket, and how that is found out. */
export function authSettings() {
  return {
    auth: setting(z.enum(['none', 'oauth', 'api-key']).default('none'), {
      description:
        'Who may call over HTTP: none asks nobody, oauth takes access tokens (and API keys, with a file), api-key takes keys only.',
    }),
    ...tokenSettings(),
    requireDpop: setting(z.boolean().default(false), {
      description: 'Take only access tokens that are bound to a key of the client (DPoP, RFC 9449); others are taken, too, by default.',
    }),
    apiKeysFile: setting(z.string().min(1).optional(), {
      description: 'JSON file of hashed API keys with their scopes; read again as it changes.',
      placeholder: 'file',
    }),
    egressAllow: setting(z.array(z.string().min(1).max(300)).max(1_000).default([]), {
      description: 'Address (host:port or origin) that the server may ask although it is private or without TLS. Repeatable.',
      placeholder: 'address',
    }),
    rateLimit: setting(
      z.array(z.string().regex(ratePattern, 'must be a rate such as 600/m, or query=60/m for one tool')).max(1_000).default([]),
      {
        description:
          'How often one caller may call one tool: 600/m (or /s, /h) for each, query=60/m for one. Repeatable. Default: no limit.',
        placeholder: 'rate',
      },
    ),
    listAll: setting(z.boolean().default(false), {
      description: 'List also what the scopes of a caller do not allow, so that clients can ask for more of them.',
    }),
  };
}

/** What tells a good access token. */
function tokenSettings() {
  return {
    authIssuer: setting(z.url({ protocol: /^https?$/ }).optional(), {
      description: 'Authorization server that issues the access tokens, exactly as it writes itself.',
      placeholder: 'url',
    }),
    authAudience: setting(z.array(z.string().min(1).max(1_000)).max(20).optional(), {
      description: 'What an access token must be meant for. Default: the URL of the server, which is --public-url when there is one.',
      placeholder: 'name',
    }),
    authTokenType: setting(z.array(z.string().min(1).max(100)).min(1).max(10).default(['at+jwt']), {
      description: 'Type (typ) of access tokens; add JWT for issuers that do not set at+jwt.',
      placeholder: 'type',
    }),
    authTenantClaim: setting(z.string().min(1).max(200).optional(), {
      description: 'Claim that names the tenant of a caller; tokens without it are refused then.',
      placeholder: 'claim',
    }),
    authInitialScopes: setting(z.array(z.string().min(1)).max(1_000).default([]), {
      description: 'Scopes that a client is told to ask for first. Default: the client chooses.',
      placeholder: 'scope',
    }),
    authIntrospection: setting(z.boolean().default(false), {
      description: 'Ask the issuer about each access token (RFC 7662), for tokens that are no JWT or must end early.',
    }),
    authClientId: setting(z.string().min(1).optional(), {
      description: 'Client id of this server at the issuer, for introspection.',
      placeholder: 'id',
    }),
    authClientSecret: setting(z.string().min(1).optional(), {
      description: 'Client secret of this server at the issuer, for introspection.',
      secret: true,
      placeholder: 'secret',
    }),
  };
}
