import type { PageRequest, ScriptResult } from '../sources/raw-page.ts';
import type { RowReader, RowSink } from '../sources/read-page.ts';
import { collectRows } from './collect-rows.ts';
import { begin, type Session } from './session.ts';

const cursor = 'trellis_page';

/** SQL put before a caller's statement to read it by a cursor; positions in errors are counted after it. */
export const cursorPrefix = `DECLARE ${cursor} NO SCROLL CURSOR FOR `;

/** For a statement without rows. */
const nothing: RowSink = { room: 1_000_000, open: () => undefined, take: () => true };

/** Rows are cut as they arrive, so that a first fetch may ask for what most pages hold. */
const fetchLimits = { firstFetch: 128, largestFetch: 4_096 } as const;

/**
 * Opens a cursor over a statement and reads from it. What is known is sent at once: transaction, cursor and first rows take one round trip.
 * Should the transaction not begin, DECLARE fails, for it needs one.
 */
export function openCursor(session: Session, { sql, params }: PageRequest): RowReader {
  let before: readonly Promise<unknown>[] = [
    session.send(begin),
    session.stream({ text: `${cursorPrefix}${sql}`, values: params }, nothing),
  ];
  return {
    ...fetchLimits,
    async fetch({ skip, count }, sink) {
      const moved = skip > 0 ? [session.send(`MOVE FORWARD ${String(skip)} FROM ${cursor}`)] : [];
      const fetched = session.stream({ cursor, count }, sink);
      const all = [...before, ...moved, fetched];
      before = [];
      throwFirst(await Promise.allSettled(all));
      return fetched;
    },
  };
}

/** Of statements sent together all fail after one that failed; that one says why. */
function throwFirst(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    throw failed.reason;
  }
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
