import { sql } from 'kysely';

/** Whether the connected role sees what other roles' sessions do. */
export const seesSessions = sql`pg_catalog.pg_has_role(current_user, 'pg_read_all_stats'::name, 'USAGE'::text)`;

/** What a check says when it does not. */
export const sessionsUnseen = "Other roles' sessions are hidden from this role; a member of pg_read_all_stats sees them.";
