import { sql, type Kysely } from 'kysely';
import { AppError } from '@trellis-mcp/errors';
import { quoteIdentifier } from '../text/quote-identifier.ts';

/** Who is connected, to what. */
export interface RoleIdentity {
  /** The role that logged in, whatever SET ROLE did since. */
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly database: string;
  /** `server_version_num`, such as 150018. */
  readonly version: number;
}

/** Who is connected, and what may be said of it. */
export interface RoleContext extends RoleIdentity {
  /** Whether a finding may name this relation: callers do not learn of those that `--allow-tables` leaves out. */
  canName(schema: string, name: string): boolean;
}

const identityQuery = sql<RoleIdentity>`
  select r.rolname::text as name, r.rolsuper as "isSuperuser", current_database()::text as database,
    pg_catalog.current_setting('server_version_num')::int4 as version
  from pg_catalog.pg_roles r where r.rolname = session_user`;

/** Asks who is connected. */
export async function loadRoleIdentity(db: Kysely<unknown>): Promise<RoleIdentity> {
  const { rows } = await identityQuery.execute(db);
  const [identity] = rows;
  if (identity === undefined) {
    throw new AppError('UPSTREAM', 'The connected role was dropped.', { retryable: false });
  }
  return identity;
}

/** Someone who holds a right, as GRANT and REVOKE write it; `null` is everyone. */
export function quoteGrantee(name: string | null): string {
  return name === null ? 'PUBLIC' : quoteIdentifier(name);
}
