import { isAppError } from '@trellis-mcp/errors';
import type { DoctorFinding } from '@trellis-mcp/server';
import { sql } from 'kysely';
import type { Config } from './config.ts';
import { openEmbedded } from './pglite/open-embedded.ts';

/** Starts the configured database once and says what protects it. */
export async function examine(config: Config): Promise<readonly DoctorFinding[]> {
  try {
    const source = await openEmbedded({ dataDir: config.dataDir });
    try {
      const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(
        await source.loadCatalog(),
      );
      const what = config.dataDir === undefined ? 'the sample shop, in memory' : 'the directory of --data-dir';
      return [
        { name: 'database', level: 'ok', text: `embedded PostgreSQL ${rows[0]?.version ?? ''}, ${what}` },
        {
          name: 'read-only',
          level: 'ok',
          text:
            'parser, READ ONLY transaction, extended protocol, scrub and the deadline of the thread hold; ' +
            'an embedded database has no login role and no statement_timeout of its own',
        },
      ];
    } finally {
      await source.close();
    }
  } catch (error) {
    const text = isAppError(error) ? `${error.message} ${error.hint ?? ''}`.trim() : 'the embedded database does not start';
    return [{ name: 'database', level: 'problem', text }];
  }
}
