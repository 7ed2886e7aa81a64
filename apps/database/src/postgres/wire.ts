import { serialize } from 'pg-protocol';
import { pageCursor } from '../sources/page-cursor.ts';
import type { Statement } from './row-query.ts';

/** Messages of statements by the extended protocol, each of which takes one statement only. Their rows are not described. */
export function writeSteps(steps: readonly Statement[]): readonly Buffer[] {
  return steps.flatMap(({ text, values = [] }) => [serialize.parse({ text }), serialize.bind({ values: [...values] }), execute]);
}

const execute = serialize.execute();

const describeCursor = serialize.describe({ type: 'P', name: pageCursor });

/** Messages that describe the open cursor and read at most `rows` rows of it, as the portal that it is (PostgreSQL, 55.2.3 Extended Query). */
export function writeRead(rows: number): readonly Buffer[] {
  return [describeCursor, serialize.execute({ portal: pageCursor, rows })];
}

/** The end of what is done as one: after a failure the server skips to here. */
export const sync = serialize.sync();
