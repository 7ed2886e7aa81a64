import { Client } from 'pg';

/** Looks up the row of a key; its values, as text, are handed to `done`. */
export type LookUp = (key: string, done: (values: readonly string[]) => void) => void;

/** What a lookup sends: the round trip that `query` of Trellis makes, in a READ ONLY transaction, with a cursor, and all undone; or the statement alone. */
export type RoundTrip = 'read-only' | 'bare';

interface Lookup {
  readonly key: string;
  readonly done: (values: readonly string[]) => void;
}

/** More of them cost PostgreSQL more for each call, fewer leave a core idle. */
const connections = 4;

const int16 = (value: number): string => String.fromCharCode((value >> 8) & 0xff, value & 0xff);
const int32 = (value: number): string => int16(value >> 16) + int16(value);
const write = (code: string, body: string): string => code + int32(body.length + 4) + body;
const parse = (text: string): string => write('P', `\0${text}\0\0\0`);
const bind = (values: readonly string[]): string =>
  write('B', `\0\0\0\0${int16(values.length)}${values.map((value) => int32(value.length) + value).join('')}\0\0`);
const execute = (portal = '', rows = 0): string => write('E', `${portal}\0${int32(rows)}`);
const describe = (portal = ''): string => write('D', `P${portal}\0`);
const run = (text: string): string => parse(text) + bind([]) + execute();
const sync = write('S', '');

/** Opens connections that look up rows by `sql`, whose one parameter is the key: one write to PostgreSQL, one answer. Nothing is checked. */
export async function openLookUp(url: string, sql: string, roundTrip: RoundTrip): Promise<LookUp> {
  const isBare = roundTrip === 'bare';
  const options = isBare ? '' : '-c default_transaction_read_only=on -c statement_timeout=30s -c lock_timeout=5s';
  const before = isBare
    ? parse(sql)
    : run('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY') + parse(`DECLARE c NO SCROLL CURSOR FOR ${sql}`);
  const after = isBare
    ? describe() + execute() + sync
    : execute() + describe('c') + execute('c', 101) + run('ROLLBACK') + run('DISCARD ALL') + sync;
  const waiting: Lookup[] = [];
  const free: ((lookup: Lookup) => void)[] = [];

  const openConnection = async (): Promise<void> => {
    const client = new Client({ connectionString: url, options });
    await client.connect();
    const { stream } = client.connection;
    stream.removeAllListeners('data');
    let current: Lookup | undefined;
    let rest: Buffer = Buffer.alloc(0);
    const start = (lookup: Lookup): void => {
      current = lookup;
      stream.write(before + bind([lookup.key]) + after, 'latin1');
    };
    stream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      // ReadyForQuery ends the answer.
      if (rest.at(-6) !== 0x5a) return;
      const values = findRow(rest);
      const answered = current;
      rest = Buffer.alloc(0);
      const next = waiting.shift();
      if (next === undefined) free.push(start);
      else start(next);
      answered?.done(values);
    });
    free.push(start);
  };

  await Promise.all(Array.from({ length: connections }, openConnection));
  return (key, done) => {
    const start = free.pop();
    if (start === undefined) waiting.push({ key, done });
    else start({ key, done });
  };
}

/** The values of the one DataRow in a row of messages. */
function findRow(messages: Buffer): readonly string[] {
  let at = 0;
  while (messages[at] !== 0x44) {
    if (messages[at] === 0x45) throw new Error(messages.toString('latin1', at));
    at += 1 + messages.readInt32BE(at + 1);
  }
  const values: string[] = [];
  for (let left = messages.readInt16BE(at + 5), value = at + 7; left > 0; left -= 1) {
    const end = value + 4 + messages.readInt32BE(value);
    values.push(messages.toString('latin1', value + 4, end));
    value = end;
  }
  return values;
}
