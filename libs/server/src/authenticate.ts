import type { HttpRefusal } from './http/http-error.ts';
import type { Principal } from './principal.ts';

/** What tells who is asking: a request to `/mcp`, or the upgrade of a WebSocket. */
export interface CredentialRequest {
  readonly method: string;
  /** The public URL of the endpoint that is asked, which is the resource that tokens are made for. */
  readonly resource: string;
  /** The public URL that is asked, with its query; `http` or `https` for WebSocket, too (RFC 9449, htu). */
  readonly url: string;
  /** `authorization` and `dpop` at least, with every line of them: a second one must not vanish. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Whom calls are made for, or why nobody. A refusal carries its status and, for 401 and 403, the header `www-authenticate`. */
export type Authentication = { readonly principal: Principal } | { readonly refusal: HttpRefusal };

/** Finds the caller of an HTTP request or of a WebSocket, before anything else of it is read; without a promise when nobody has to be asked. */
export type Authenticate = (request: CredentialRequest) => Authentication | Promise<Authentication>;

/** What stands in front of HTTP and WebSocket when callers must show who they are. */
export interface Door {
  readonly authenticate: Authenticate;
  /** The 403 of a caller that lacks scopes, with exactly those in its challenge (SEP-2350). */
  refuse(principal: Principal, missing: readonly string[], resource: string): HttpRefusal;
  /** The RFC 9728 document of a resource and where it lies; undefined when no tokens are taken. */
  describe(resource: string): { readonly path: string; readonly document: object } | undefined;
}

/** For servers that authenticate nobody: everybody is the same principal. */
export function authenticateAs(principal: Principal): Authenticate {
  const authentication = { principal };
  return () => authentication;
}
