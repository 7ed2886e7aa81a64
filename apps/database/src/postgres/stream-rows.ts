import type { ClientBase, ResultBuilder } from 'pg';
import type { RowSink } from '../sources/read-page.ts';
import { createRowQuery, type Statement } from './row-query.ts';
import { toColumns } from './to-columns.ts';

/**
 * Sends a statement and hands its rows into the sink as they arrive; nothing is kept of them here.
 *
 * @returns How many rows came, once the statement ended or the sink wants no more; rows after that are thrown away.
 */
export async function streamRows(client: ClientBase, statement: Statement, sink: RowSink): Promise<number> {
  return new Promise((resolve, reject) => {
    const query = createRowQuery(statement);
    let count = 0;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      resolve(count);
    };
    // An error of the sink must not reach the driver, whose state it would break.
    const guard = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        isOver = true;
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const take = (row: (string | null)[], result?: ResultBuilder): void => {
      if (count === 0) {
        sink.open(toColumns(result?.fields ?? []));
      }
      count += 1;
      if (!sink.take(row)) {
        end();
      }
    };
    query.on('row', (row, result) => {
      if (!isOver) {
        guard(() => take(row, result));
      }
    });
    query.on('error', reject);
    query.on('end', (result) => {
      if (count === 0) {
        guard(() => sink.open(toColumns(result.fields)));
      }
      end();
    });
    client.query(query);
  });
}
