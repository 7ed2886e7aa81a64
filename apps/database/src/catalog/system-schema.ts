import { sql } from 'kysely';

/** Of a `pg_namespace n`: schemas that come with PostgreSQL or live as long as a session. */
export const isSystemSchema = sql`(n.nspname in ('pg_catalog', 'information_schema') or n.nspname::text like 'pg\\_toast%'
  or n.nspname::text like 'pg\\_temp%')`;
