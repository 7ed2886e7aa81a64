import { cursorPrefix, pageCursor } from '../sources/page-cursor.ts';
import type { PageRequest, ScriptResult } from '../sources/raw-page.ts';
import type { RowReader } from '../sources/read-page.ts';
import { collectRows } from './collect-rows.ts';
import { begin, beginBare, type Session } from './session.ts';
import { writeStep } from './wire.ts';

/** DECLARE takes the snapshot before any of the statement is run: SET TRANSACTION READ WRITE in it comes too late. */
const beginMessages = writeStep({ text: beginBare });

/** Rows are cut as they arrive, so that a first fetch may ask for what most pages hold. */
const fetchLimits = { firstFetch: 128, largestFetch: 4_096 } as const;

/**
 * Opens a cursor over a statement and reads from it. What is known is sent at once: transaction, cursor and rows take one round trip, and
 * what undoes them is sent with the rows that a page ends with.
 */
export function openCursor(session: Session, { sql, params }: PageRequest): RowReader {
  let before = [beginMessages, writeStep({ text: `${cursorPrefix}${sql}`, values: params })];
  return {
    ...fetchLimits,
    fetch({ skip, count, isLast }, sink) {
      const moved = skip > 0 ? [writeStep({ text: `MOVE FORWARD ${String(skip)} FROM ${pageCursor}` })] : [];
      const fetched = session.read({ before: moved.length === 0 ? before : [...before, ...moved], count, isLast }, sink);
      before = [];
      return fetched;
    },
  };
}

/** Runs a statement that no cursor can read and gives its rows in parts. */
export async function openReport(session: Session, { sql, params }: PageRequest): Promise<RowReader> {
  await session.send(begin);
  return readFrom(await collectRows(session, { text: sql, values: params }));
}

function readFrom({ columns, rows }: ScriptResult): RowReader {
  let next = 0;
  return {
    ...fetchLimits,
    fetch({ skip, count }, sink) {
      next += skip;
      sink.open(columns);
      let taken = 0;
      for (const row of rows.slice(next, next + count)) {
        taken += 1;
        if (!sink.take(row)) {
          break;
        }
      }
      next += taken;
      return Promise.resolve(taken);
    },
  };
}
