import { maxLockMs } from '../postgres/session-settings.ts';
import { quoteIdentifier, quoteQualified } from '../text/quote-identifier.ts';
import type { QualifiedTable, RolePlan } from './role-plan.ts';

/** Names that are quoted here stay on their line also behind `--`; what PostgreSQL wrote may not. */
const isOneLine = (text: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** Functions that write large objects; everyone may call them, and before version 16 a READ ONLY transaction does not stop them. */
const largeObjectWrites = [
  ...['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid, bytea)', 'lo_open(oid, integer)', 'lo_put(oid, bigint, bytea)'],
  ...['lo_truncate(integer, integer)', 'lo_truncate64(integer, bigint)', 'lo_unlink(oid)', 'lowrite(integer, bytea)'],
];

/** The SQL that makes the least role: a transaction to run, then comments with what else can be done. Never holds a password. */
export function renderRole(plan: RolePlan): string {
  const parts = [head(plan), ['BEGIN;'], create(plan), grants(plan), ['COMMIT;'], password(plan), hardening(plan), monitoring(plan)];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function head({ facts, role }: RolePlan): string[] {
  return [
    '-- The least role for this configuration: it may connect and read, and nothing else.',
    '-- Run it in the database itself, as a superuser or as the owner of the tables who may create roles.',
    ...(facts === undefined ? ['-- Made without a connection: check the names, and add the schemas that are missing.'] : []),
    ...(facts?.hasRole === true ? [`-- The role ${quoteIdentifier(role)} is there already: drop it first, or choose another --role.`] : []),
  ];
}

function create({ role, maxConnections, statementTimeoutMs }: RolePlan): string[] {
  const name = quoteIdentifier(role);
  const settings = {
    default_transaction_read_only: 'on',
    statement_timeout: `'${String(statementTimeoutMs)}ms'`,
    lock_timeout: `'${String(Math.min(statementTimeoutMs, maxLockMs))}ms'`,
    idle_in_transaction_session_timeout: "'60s'",
  };
  return [
    `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS`,
    `  CONNECTION LIMIT ${String(maxConnections)}; -- for one server process; several need as many times more`,
    ...Object.entries(settings).map(([setting, value]) => `ALTER ROLE ${name} SET ${setting} = ${value};`),
  ];
}

function grants({ role, database, schemas, wholeSchemas, tables, missing }: RolePlan): string[] {
  const name = quoteIdentifier(role);
  const connect = `GRANT CONNECT ON DATABASE ${database === undefined ? 'your_database' : quoteIdentifier(database)} TO ${name};`;
  return [
    database === undefined ? `-- ${connect}` : connect,
    ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${name};`),
    ...wholeSchemas.map((schema) => `GRANT SELECT ON ${quoteTable([schema, '*'])} TO ${name};`),
    ...tables.map((table) => `GRANT SELECT ON ${quoteTable(table)} TO ${name};`),
    ...missing.map((table) => `-- Not there: GRANT SELECT ON ${quoteTable(table)} TO ${name};`),
  ];
}

function quoteTable([schema, name]: QualifiedTable): string {
  return name === '*' ? `ALL TABLES IN SCHEMA ${quoteIdentifier(schema)}` : `TABLE ${quoteQualified(schema, name)}`;
}

function password({ role, wholeSchemas, facts }: RolePlan): string[] {
  const name = quoteIdentifier(role);
  const later = wholeSchemas.flatMap((schema) => {
    const owners = facts?.schemas.find((known) => known.name === schema)?.owners.map(quoteIdentifier) ?? ['the_owner_of_the_tables'];
    return owners.map((owner) => {
      return `-- ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA ${quoteIdentifier(schema)} GRANT SELECT ON TABLES TO ${name};`;
    });
  });
  return [
    `-- Then give it a password, which psql asks for and nobody sees: \\password ${name}`,
    ...(later.length === 0 ? [] : ['-- Tables made later are not granted. If they should be, for each role that makes tables:', ...later]),
  ];
}

function hardening({ database, facts }: RolePlan): string[] {
  const open = facts === undefined ? ['public'] : facts.openSchemas;
  const callable = (facts?.openFunctions ?? []).filter(({ args }) => isOneLine(args));
  const writesLargeObjects = facts === undefined || facts.version < 160_000;
  const from = 'FROM PUBLIC;';
  return [
    '-- Hardening: takes rights from everyone, this role among them. It can stop other programs: read it before you run it.',
    ...open.map((schema) => `-- REVOKE CREATE ON SCHEMA ${quoteIdentifier(schema)} ${from}`),
    ...(database === undefined ? [] : [`-- REVOKE TEMPORARY ON DATABASE ${quoteIdentifier(database)} ${from}`]),
    ...callable.map(({ schema, name, args }) => `-- REVOKE EXECUTE ON FUNCTION ${quoteQualified(schema, name)}(${args}) ${from}`),
    ...(writesLargeObjects ? largeObjectWrites.map((signature) => `-- REVOKE EXECUTE ON FUNCTION pg_catalog.${signature} ${from}`) : []),
  ];
}

function monitoring({ role, schemas }: RolePlan): string[] {
  const name = quoteIdentifier(role);
  return [
    "-- For diagnose and advise_indexes, at a price: the role then sees other sessions' statements, and the last values of sequences.",
    `-- ALTER ROLE ${name} INHERIT; GRANT pg_read_all_stats TO ${name};`,
    ...schemas.map((schema) => `-- GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${quoteIdentifier(schema)} TO ${name};`),
  ];
}
