/** Who an authenticated request is made for. */
export interface Principal {
  /**
   * Stable within one issuer: `oauth:<sub>`, `client:<client_id>` for a client without a user, `key:<name>` for an API key. The
   * prefixes keep one kind from posing as another.
   */
  readonly id: string;
  /** The OAuth client, or the name of the API key. */
  readonly clientId: string;
  /** What was granted, also what this server does not know. */
  readonly scopes: ReadonlySet<string>;
  readonly tenant?: string;
  /** When the grant ends, milliseconds since the epoch, clock skew included. A key without an end must be shown again after 12 hours. */
  readonly expiresAt: number;
}
