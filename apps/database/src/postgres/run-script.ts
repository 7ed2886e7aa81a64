import type { PostgresPool } from '@trellis-mcp/stores';
import type { ScriptResult, ScriptStatement } from '../sources/raw-page.ts';
import type { RunOptions } from '../sources/source.ts';
import { collectRows } from './collect-rows.ts';
import { begin, type Session } from './session.ts';
import { withSession } from './with-session.ts';

/** Runs statements one after the other in one READ ONLY transaction; see `Source.runScript`. */
export async function runScript(
  pool: PostgresPool,
  statements: readonly ScriptStatement[],
  options: RunOptions,
): Promise<readonly ScriptResult[]> {
  return withSession(pool, options, async (session) => {
    const results: ScriptResult[] = [];
    // Nothing of a caller is sent before it is known that the transaction began.
    await translated(session, '', async () => session.send(begin));
    for (const { prefix = '', sql, params = [] } of statements) {
      results.push(await translated(session, prefix, async () => collectRows(session, { text: `${prefix}${sql}`, values: params })));
    }
    return results;
  });
}

async function translated<Answer>(session: Session, prefix: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw session.translate(error, prefix);
  }
}
