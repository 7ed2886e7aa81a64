import type { PoolConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** What is said to Postgres when a connection starts. */
export interface StartupOptions {
  /** Shown in `pg_stat_activity` unless the URL names another. */
  applicationName: string;
  /** Run-time settings by name; values of the URL's own `options` give way. */
  settings: Readonly<Record<string, string>>;
}

/**
 * Reads where and as whom to connect. The driver itself would let parameters of a URL override everything, limits included: only what
 * names a server, a login or TLS is taken from it, and `options` in addition to ours.
 */
export function readPostgresUrl(url: string, { applicationName, settings }: StartupOptions): PoolConfig {
  const { host, port, user, password, database, ssl, sslnegotiation, options, application_name } = parseIntoClientConfig(url);
  const all = [options ?? '', ...Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeOption(value)}`)];
  return {
    host,
    port,
    user,
    password,
    database,
    ssl,
    sslnegotiation,
    options: all.join(' ').trim() || undefined,
    application_name: application_name ?? applicationName,
  };
}

/** As the server splits `options`: at white space, unless a backslash stands before it. */
function escapeOption(value: string): string {
  return value.replaceAll(/[\s\\]/g, String.raw`\$&`);
}
