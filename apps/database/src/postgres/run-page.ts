import { isAppError } from '@trellis-mcp/errors';
import type { PostgresPool } from '@trellis-mcp/stores';
import { Page } from '../sources/page.ts';
import type { PageRequest } from '../sources/raw-page.ts';
import { readPage } from '../sources/read-page.ts';
import type { RawPage, RunOptions } from '../sources/source.ts';
import { cursorPrefix, openCursor, openReport } from './open-reader.ts';
import type { Session } from './session.ts';
import { withSession } from './with-session.ts';

/** Reads one page in a READ ONLY transaction; see `Source.readPage`. */
export async function runPage(pool: PostgresPool, request: PageRequest, options: RunOptions): Promise<RawPage> {
  const page = new Page(request);
  let notices: readonly string[] = [];
  const work = async (session: Session): Promise<void> => {
    ({ notices } = session);
    try {
      await readPage(request.kind === 'rows' ? openCursor(session, request) : await openReport(session, request), page);
    } catch (error) {
      if (session.isOverfull && page.rows.length > 0) {
        page.cutBy = 'bytes';
        return;
      }
      throw session.translate(error, request.kind === 'rows' ? cursorPrefix : '');
    }
  };
  try {
    await withSession(pool, options, work);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'TIMEOUT' || page.rows.length === 0) {
      throw error;
    }
    return { ...toRaw(page), more: true, cutBy: 'time', notices };
  }
  return { ...toRaw(page), notices };
}

function toRaw({ columns, rows, digest, cutBy, changed }: Page): Omit<RawPage, 'notices'> {
  return {
    columns,
    rows,
    more: cutBy !== undefined,
    changed,
    ...(cutBy === undefined ? {} : { cutBy }),
    ...(digest === undefined ? {} : { digest }),
  };
}
