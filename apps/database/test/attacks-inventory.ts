/** Runs one query of ours past the source, and gives its rows. */
export type Look = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What an inventory found, by what was looked at. */
export type Inventory = Readonly<Record<string, unknown>>;

/** Catalogues that hold everything there is to make, change or keep; not `pg_statistic`, which holds any type. */
const catalogs = [
  ...['pg_aggregate', 'pg_am', 'pg_attrdef', 'pg_attribute', 'pg_auth_members', 'pg_authid', 'pg_cast', 'pg_class', 'pg_collation'],
  ...['pg_constraint', 'pg_conversion', 'pg_database', 'pg_db_role_setting', 'pg_default_acl', 'pg_depend', 'pg_description', 'pg_enum'],
  ...['pg_event_trigger', 'pg_extension', 'pg_foreign_server', 'pg_foreign_table', 'pg_index', 'pg_inherits', 'pg_language'],
  ...['pg_largeobject_metadata', 'pg_namespace', 'pg_operator', 'pg_policy', 'pg_prepared_xacts', 'pg_proc', 'pg_publication'],
  ...['pg_replication_origin', 'pg_replication_slots', 'pg_rewrite', 'pg_seclabel', 'pg_sequences', 'pg_shdepend', 'pg_shdescription'],
  ...['pg_subscription', 'pg_tablespace', 'pg_trigger', 'pg_ts_config', 'pg_ts_dict', 'pg_type', 'pg_user_mapping'],
];

/** Single facts of the server. */
const facts = {
  settings: `select string_agg(name || '=' || setting, ',' order by name) from pg_settings where context <> 'internal' and source <> 'session'`,
  statistics: `select string_agg(datname || coalesce(stats_reset::text, ''), ',' order by datname) from pg_stat_database`,
  transactions: `select pg_snapshot_xmax(pg_current_snapshot())::text`,
  statisticsRows: `select count(*) from pg_statistic`,
};

/** What a session may leave behind that others can see. */
const traces = {
  advisory: `select count(*) from pg_locks where locktype in ('advisory', 'userlock')`,
  locks: `select count(*) from pg_locks where pid <> pg_backend_pid() and locktype in ('relation', 'tuple', 'transactionid', 'object')`,
  audit: `select count(*) from public.audit`,
  sequence: `select last_value || ',' || is_called from public.tickets`,
  relations: `select count(*) from pg_class`,
  largeObjects: `select count(*) from pg_largeobject_metadata`,
};

/** Looks at what a single statement is most likely to leave. */
export async function takeTraces(look: Look): Promise<Inventory> {
  return one(look, traces);
}

/** Looks at everything: rows of all tables, all catalogues, settings, statistics, transaction ids. */
export async function takeInventory(look: Look): Promise<Inventory> {
  const tables =
    await look(`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname in ('public', 'tools') order by 1`);
  const names = [...tables.map(({ name }) => String(name)), ...catalogs.map((name) => `pg_catalog.${name}`)];
  const digests = names.map((name) => [name, `select md5(string_agg(t::text, ',' order by t::text)) from ${name} t`]);
  return { ...(await one(look, { ...traces, ...facts })), ...(await one(look, Object.fromEntries(digests))) };
}

async function one(look: Look, queries: Readonly<Record<string, string>>): Promise<Inventory> {
  const list = Object.entries(queries).map(([name, query]) => `(${query})::text as "${name}"`);
  const [row] = await look(`select ${list.join(', ')}`);
  return row ?? {};
}
