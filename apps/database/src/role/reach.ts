import { sql } from 'kysely';

/**
 * Roles whose rights the connected role has or can take by SET ROLE, itself among them, and PUBLIC as 0. MEMBER counts a membership without
 * INHERIT, too: one SET ROLE is enough to use it.
 */
export const reach = sql`
  select r.oid, r.rolname::text as name from pg_catalog.pg_roles r where pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER'::text)
  union all select 0::oid, null`;
