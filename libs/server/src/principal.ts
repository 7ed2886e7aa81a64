/** Who a call is made for. Without auth: `local` with every scope on stdio, `anonymous` with every scope on HTTP. */
export interface Principal {
  /** Stable id; everything kept for a caller is bound to it. */
  readonly id: string;
  /** OAuth client id, when the caller came with a token. */
  readonly clientId?: string;
  /** Granted scopes, or `all` where nothing restricts the caller. */
  readonly scopes: ReadonlySet<string> | 'all';
  readonly tenant?: string;
  /** When the grant ends, milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** What a caller needs to see how the server is, when callers are authenticated. */
export const healthScope = 'health:read';

/** The scopes of `required` that the principal lacks, in the order given. */
export function missingScopes(principal: Principal, required: readonly string[]): string[] {
  const granted = principal.scopes;
  return granted === 'all' ? [] : required.filter((scope) => !granted.has(scope));
}

/** Whether the grant of a principal is over. */
export function isExpired({ expiresAt }: Principal, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Names who owns what is kept for a caller: the same id of another tenant is somebody else. */
export function ownerKey({ id, tenant }: Principal): string {
  return JSON.stringify([id, tenant ?? null]);
}
