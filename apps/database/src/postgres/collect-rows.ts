import { AppError } from '@trellis-mcp/errors';
import type { RawColumn, ScriptResult, WholeRow } from '../sources/raw-page.ts';
import type { RowSink } from '../sources/read-page.ts';
import type { Session } from './session.ts';
import type { Statement } from './row-query.ts';

/** Characters that the answer to one statement may have; reports and our own statements have far fewer. */
const maxSize = 16_000_000;

/** Sends a statement and gathers its rows whole. */
export async function collectRows(session: Session, statement: Statement): Promise<ScriptResult> {
  let columns: readonly RawColumn[] = [];
  const rows: WholeRow[] = [];
  let size = 0;
  const sink: RowSink = {
    room: 2 * maxSize,
    open(found) {
      columns = found;
    },
    take(row) {
      size += row.reduce((sum, value) => sum + (value?.length ?? 0), row.length);
      if (size > maxSize) {
        throw new AppError('LIMIT', `The answer has more than ${String(maxSize)} characters.`, { hint: 'Use a simpler statement.' });
      }
      rows.push(row);
      return true;
    },
  };
  await session.stream(statement, sink);
  return { columns, rows };
}
