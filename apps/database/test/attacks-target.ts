import { isAppError } from '@trellis-mcp/errors';
import type { PageRequest } from '../src/sources/raw-page.ts';
import type { Source } from '../src/sources/source.ts';
import type { Inventory, Look } from './attacks-inventory.ts';
import type { Outcome, TargetName } from './attacks-verdict.ts';

/** A database that is attacked through a source. */
export interface Target {
  readonly name: TargetName;
  readonly source: Source;
  /** Sees what happened, past the source. */
  readonly look: Look;
  /** What happened outside of the database: notifications, connections, files. */
  outside(): Promise<Inventory>;
  /** A directory that the server may write to, for what is expected to get through. */
  makeDirectory(): Promise<string>;
  close(): Promise<void>;
}

/** The deadline of a statement that must run into it, and of all others, which a busy machine may take its time for. */
export const deadlines = { short: 300, long: 20_000 } as const;

const limits = { params: [], offset: 0, maxRows: 100, maxBytes: 65_536, maxCell: 8_000 } as const;

/** Sends a statement the whole way, as the tool would: through the gate, then to the engine. */
export async function attempt(source: Source, sql: string, timeoutMs: number = deadlines.long): Promise<Outcome> {
  const verdict = await source.gate.check(sql);
  return verdict.ok ? read(source, { sql, kind: verdict.statement.kind }, timeoutMs) : verdict.reason;
}

async function read(source: Source, statement: Pick<PageRequest, 'sql' | 'kind'>, timeoutMs: number): Promise<Outcome> {
  try {
    await source.readPage({ ...limits, ...statement }, { signal: new AbortController().signal, timeoutMs });
    return 'rows';
  } catch (error) {
    if (isAppError(error)) {
      return error.code;
    }
    throw error;
  }
}

/** What the session of a source is like for its next call, line by line; the source has one connection. */
export async function lookInside(source: Source): Promise<unknown> {
  const sql = `select name || '=' || setting from pg_settings
      where name not in ('transaction_read_only', 'transaction_isolation', 'role', 'is_superuser') and name not like 'plpgsql.%'
    union all select 'prepared ' || name from pg_prepared_statements where name <> ''
    union all select 'cursor ' || name from pg_cursors where name <> 'trellis_page'
    union all select 'listening ' || channel from pg_listening_channels() as channel
    union all select 'temporary ' || relname from pg_class where relpersistence = 't'
    union all select 'lock ' || objid from pg_locks where locktype = 'advisory'
    order by 1`;
  const request = { ...limits, sql, kind: 'rows', maxRows: 1_000 } as const;
  const { rows } = await source.readPage(request, { signal: new AbortController().signal, timeoutMs: 10_000 });
  return rows.flat();
}
