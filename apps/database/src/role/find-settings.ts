import { sql, type Kysely } from 'kysely';
import { joinStatements, toFinding, type Finding } from '../health-checks/finding.ts';
import { quoteIdentifier } from '../text/quote-identifier.ts';
import type { RoleIdentity } from './role-identity.ts';

/** What a role should bring with it, whoever connects as it: the setting, values that do not count, and a value to set. */
const wanted: readonly (readonly [name: string, without: readonly string[], value: string])[] = [
  ['default_transaction_read_only', ['off', 'false', 'no', '0'], 'on'],
  ['statement_timeout', ['0'], "'15s'"],
  ['lock_timeout', ['0'], "'2s'"],
  ['idle_in_transaction_session_timeout', ['0'], "'60s'"],
];

/**
 * Settings of the role itself or of its database, the one that counts last: that of the role here. What this server sets for its own sessions
 * does not count.
 */
const settingsQuery = sql<{ settings: readonly string[]; limit: number }>`
  select r.rolconnlimit as limit, coalesce((
    select pg_catalog.json_agg(c.setting order by s.setrole, s.setdatabase)
    from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c (setting)
    where s.setrole in (0::oid, r.oid) and s.setdatabase in (0::oid, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
  ), '[]') as settings
  from pg_catalog.pg_roles r where r.rolname = session_user`;

/** Settings that bound the connected role in other programs, too, and are not there. */
export async function findSettings(db: Kysely<unknown>, role: RoleIdentity): Promise<readonly Finding[]> {
  const { rows } = await settingsQuery.execute(db);
  const self = quoteIdentifier(role.name);
  return rows.flatMap(({ settings, limit }) => {
    const values = new Map(settings.map((setting) => splitSetting(setting)));
    const missing = wanted.filter(([name, without]) => without.includes(values.get(name) ?? without[0] ?? ''));
    const fixes = missing.map(([name, , value]) => `ALTER ROLE ${self} SET ${name} = ${value}`);
    const names = missing.map(([name]) => name);
    if (limit < 0) {
      names.push('CONNECTION LIMIT');
      fixes.push(`ALTER ROLE ${self} CONNECTION LIMIT 10`);
    }
    return names.length === 0
      ? []
      : [toFinding('info', `Role ${self} is not bounded by itself: ${names.join(', ')} not set.`, joinStatements(fixes))];
  });
}

function splitSetting(setting: string): [string, string] {
  const at = setting.indexOf('=');
  return [setting.slice(0, at).toLowerCase(), setting.slice(at + 1)];
}
