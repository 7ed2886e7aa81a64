import { AppError } from '@trellis-mcp/errors';

/** The protected resource metadata of RFC 9728. */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly string[];
  readonly resource_name?: string;
  readonly dpop_signing_alg_values_supported?: readonly string[];
  readonly dpop_bound_access_tokens_required?: boolean;
}

/** What {@link describeResource} is told. */
export interface ResourceOptions {
  resource: string;
  issuer: string;
  scopes: readonly string[];
  resourceName?: string | undefined;
  dpopAlgorithms?: readonly string[] | undefined;
  isDpopRequired?: boolean;
}

/** Makes the metadata document, frozen. */
export function describeResource(options: ResourceOptions): ProtectedResourceMetadata {
  const { resource, issuer, scopes, resourceName, dpopAlgorithms, isDpopRequired = false } = options;
  return Object.freeze({
    resource,
    authorization_servers: Object.freeze([issuer]),
    scopes_supported: Object.freeze([...scopes]),
    bearer_methods_supported: Object.freeze(['header']),
    ...(resourceName !== undefined && { resource_name: resourceName }),
    ...(dpopAlgorithms !== undefined && { dpop_signing_alg_values_supported: Object.freeze([...dpopAlgorithms]) }),
    ...(isDpopRequired && { dpop_bound_access_tokens_required: true }),
  });
}

/** Where the metadata of a resource lies: the well-known name between host and path (RFC 9728 section 3.1). */
export function locateMetadata(resource: URL): URL {
  const path = resource.pathname === '/' ? '' : resource.pathname;
  return new URL(`/.well-known/oauth-protected-resource${path}${resource.search}`, resource.origin);
}

/** Reads a URL of the configuration. Throws `INVALID_INPUT` when it is none, has a fragment, or names a user. */
export function readUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  const isGood = url !== null && /^https?:$/.test(url.protocol) && !text.includes('#') && url.username === '' && url.password === '';
  if (!isGood) throw new AppError('INVALID_INPUT', `${name} is no http or https URL without a fragment.`);
  return url;
}
