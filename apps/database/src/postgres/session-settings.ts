import { AppError } from '@trellis-mcp/errors';
import type { ClientBase } from 'pg';
import { textFormats } from '../sources/text-formats.ts';

/** Run-time settings by name. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Longest wait for a lock that somebody holds, such as one of ALTER TABLE. */
export const maxLockMs = 5_000;

/**
 * What every session starts with and RESET ALL comes back to: the layers of PostgreSQL itself that keep a statement from writing or running
 * on, and the text formats that the server reads.
 */
export function createSessionSettings(statementTimeoutMs: number): SessionSettings {
  return {
    default_transaction_read_only: 'on',
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: String(Math.min(statementTimeoutMs, maxLockMs)),
    idle_in_transaction_session_timeout: String(statementTimeoutMs + maxLockMs),
    ...textFormats,
  };
}

const query = 'select name, reset_val from pg_catalog.pg_settings where name = any ($1)';

/** Whether a new session has the settings: a pooler may have dropped them, and its sessions are then not to be trusted. */
export async function verifySession(client: ClientBase, settings: SessionSettings): Promise<void> {
  const { rows } = await client.query<{ name: string; reset_val: string }>(query, [Object.keys(settings)]);
  const found = new Map(rows.map(({ name, reset_val: value }) => [name, value]));
  const missing = Object.entries(settings).filter(([name, value]) => !isSame(found.get(name), value));
  if (missing.length > 0) {
    throw new AppError('UPSTREAM', 'The database, or a connection pooler in front of it, dropped the settings that protect it.', {
      retryable: false,
      hint: 'Connect to PostgreSQL itself, or let the pooler pass the startup parameter "options".',
      details: { settings: missing.map(([name]) => name) },
    });
  }
}

/** `DateStyle` comes back with an order of day and month: `ISO, MDY`. */
function isSame(found: string | undefined, wanted: string): boolean {
  return found?.split(',', 1)[0] === wanted;
}
