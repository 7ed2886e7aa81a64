import { createHash, randomUUID } from 'node:crypto';
import { isAppError } from '@trellis-mcp/errors';
import { keepFacts } from '../sources/keep-facts.ts';
import type { SourceAddress } from '../sources/list-sources.ts';
import { readDatabaseUrl } from '../sources/read-database-url.ts';
import type { Source } from '../sources/source.ts';

/** Options of {@link identifySource}. */
export interface IdentifyOptions {
  readonly address: SourceAddress;
  /** Whether other processes read the same cache. */
  readonly isShared: boolean;
  readonly now: () => number;
}

/**
 * Which server process answers, which of its databases, and who asks. A URL alone does not say that: `localhost` is another server on every
 * machine, and the same name may be given to another database.
 */
const question = `select pg_catalog.json_build_array(pg_catalog.pg_postmaster_start_time(), pg_catalog.current_database(),
  (select d.oid from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) pg_catalog.current_database()),
  current_user, session_user, pg_catalog.current_schemas(true))`;

const timeoutMs = 5_000;

/** Codes of a database that does not answer, rather than one that has no answer to this. */
const unavailable = new Set(['UPSTREAM', 'TIMEOUT', 'CANCELLED', 'LIMIT']);

/**
 * Gives what tells a database, as its role reads it, from every other in a cache. The sample is the same for all servers of a version; a data
 * directory, and a database that does not say who it is, are known to this process alone.
 */
export async function identifySource(
  source: Pick<Source, 'engine' | 'runScript'>,
  options: IdentifyOptions,
): Promise<() => Promise<string>> {
  const { address, isShared, now } = options;
  const own = `own:${randomUUID()}`;
  if (source.engine === 'pglite' || !isShared) {
    const identity = source.engine === 'pglite' && address.dataDir === undefined ? 'sample' : own;
    return () => Promise.resolve(identity);
  }
  const url = hashUrl((await readDatabaseUrl(address)) ?? '');
  const identity = keepFacts({ now, load: async () => (await ask(source, url)) ?? own });
  return async () => identity.get();
}

async function ask(source: Pick<Source, 'runScript'>, url: string): Promise<string | undefined> {
  try {
    const [result] = await source.runScript([{ sql: question }], { signal: AbortSignal.timeout(timeoutMs), timeoutMs });
    const answer = result?.rows[0]?.[0];
    return typeof answer === 'string' ? `${url} ${answer}` : undefined;
  } catch (error) {
    if (!isAppError(error) || unavailable.has(error.code)) {
      throw error;
    }
    return undefined;
  }
}

/** Without the password: who reads the keys of a cache must not be able to try passwords on them. */
export function hashUrl(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (/password/i.test(name)) parsed.searchParams.delete(name);
  }
  return createHash('sha256').update(parsed.href).digest('base64url');
}
