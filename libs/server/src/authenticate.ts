import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRefusal } from './http/http-error.ts';
import type { Principal } from './principal.ts';

/** What tells who is asking: a request to `/mcp`, or the upgrade of a WebSocket. */
export interface CredentialRequest {
  readonly method: string;
  /** Absolute, as clients see it, without a query; `http` or `https` for WebSocket, too (RFC 9449, htu). */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Whom calls are made for, or why nobody. A refusal carries its status and, for 401 and 403, the header `www-authenticate`. */
export type Authentication = { readonly principal: Principal } | { readonly refusal: HttpRefusal };

/** Finds the caller of an HTTP request or of a WebSocket, before anything else of it is read. */
export type Authenticate = (request: CredentialRequest) => Promise<Authentication>;

/** For servers that authenticate nobody: everybody is the same principal. */
export function authenticateAs(principal: Principal): Authenticate {
  const authentication = { principal };
  return () => Promise.resolve(authentication);
}
