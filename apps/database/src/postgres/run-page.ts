import { isAppError } from '@trellis-mcp/errors';
import type { PostgresPool } from '@trellis-mcp/stores';
import { Page } from '../sources/page.ts';
import { cursorPrefix } from '../sources/page-cursor.ts';
import type { PageRequest } from '../sources/raw-page.ts';
import { readPage } from '../sources/read-page.ts';
import type { RawPage, RunOptions } from '../sources/source.ts';
import { openCursor, openReport } from './open-reader.ts';
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
    return toRaw(page, 'time', notices);
  }
  return toRaw(page, page.cutBy, notices);
}

function toRaw(page: Page, cutBy: RawPage['cutBy'], notices: RawPage['notices']): RawPage {
  const { columns, rows, changed } = page;
  if (cutBy === undefined) {
    return { columns, rows, changed, more: false, notices };
  }
  const { digest } = page;
  return { columns, rows, changed, more: true, cutBy, ...(digest === undefined ? {} : { digest }), notices };
}
