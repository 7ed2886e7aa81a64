import { serialize } from 'pg-protocol';
import { pageCursor } from '../sources/page-cursor.ts';
import type { Statement } from './row-query.ts';

const execute = serialize.execute();
const [parseCode, bindCode] = [0x50, 0x42];
/** Bytes of Parse and Bind beside their texts: codes, lengths, ends of names, counts, the format of results. */
const [parseFrame, bindFrame] = [9, 15];
/** Bytes of a value in Bind beside its text: its format, its length. */
const valueFrame = 6;

/**
 * Messages of one statement by the extended protocol, which takes one statement only: Parse, Bind and Execute without names, values and
 * results as text (PostgreSQL, 55.7 Message Formats). Its rows are not described. The driver's own bytes, written as one piece.
 */
export function writeStep({ text, values = [] }: Statement): Buffer {
  const bindAt = parseFrame + Buffer.byteLength(text);
  const sizes = values.map((value) => (value === null ? 0 : Buffer.byteLength(value)));
  const bindBytes = sizes.reduce((sum, size) => sum + valueFrame + size, bindFrame);
  const messages = Buffer.allocUnsafe(bindAt + bindBytes + execute.length).fill(0);
  messages[0] = parseCode;
  messages.writeInt32BE(bindAt - 1, 1);
  messages.write(text, 6);
  messages[bindAt] = bindCode;
  messages.writeInt32BE(bindBytes - 1, bindAt + 1);
  messages.writeInt16BE(values.length, bindAt + 7);
  let at = bindAt + 9 + 2 * values.length;
  at = messages.writeInt16BE(values.length, at);
  for (const [index, value] of values.entries()) {
    at = messages.writeInt32BE(value === null ? -1 : (sizes[index] ?? 0), at);
    at += value === null ? 0 : messages.write(value, at);
  }
  messages[at + 1] = 1;
  execute.copy(messages, at + 4);
  return messages;
}

const describeCursor = serialize.describe({ type: 'P', name: pageCursor });

/** Messages that describe the open cursor and read at most `rows` rows of it, as the portal that it is (PostgreSQL, 55.2.3 Extended Query). */
export function writeRead(rows: number): readonly Buffer[] {
  return [describeCursor, serialize.execute({ portal: pageCursor, rows })];
}

/** The end of what is done as one: after a failure the server skips to here. */
export const sync = serialize.sync();
