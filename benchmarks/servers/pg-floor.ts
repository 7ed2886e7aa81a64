/**
 * The least that a server in Node can do for a lookup: what identifies it is cut out of the request, one write to PostgreSQL, one line back.
 * No protocol, no check, no log. `pg-floor.ts URL SQL read-only|bare` answers each `tools/call` over stdio with the row of `params[0]`: in the
 * round trip that `query` of Trellis makes (a READ ONLY transaction, a cursor, and all undone), or by the statement alone.
 */
import { Client } from 'pg';

interface Call {
  readonly id: string;
  readonly key: string;
}

const [url, sql = '', mode] = process.argv.slice(2);
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

const isBare = mode === 'bare';
const options = isBare ? '' : '-c default_transaction_read_only=on -c statement_timeout=30s -c lock_timeout=5s';
const before = isBare
  ? parse(sql)
  : run('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY') + parse(`DECLARE c NO SCROLL CURSOR FOR ${sql}`);
const after = isBare
  ? describe() + execute() + sync
  : execute() + describe('c') + execute('c', 101) + run('ROLLBACK') + run('DISCARD ALL') + sync;

const waiting: Call[] = [];
const free: ((call: Call) => void)[] = [];
let answers = '';

/** Opens a connection that takes one call after the other. */
async function openConnection(): Promise<void> {
  const client = new Client({ connectionString: url, options });
  await client.connect();
  const { stream } = client.connection;
  stream.removeAllListeners('data');
  let id = '';
  let rest: Buffer = Buffer.alloc(0);
  const start = (call: Call): void => {
    ({ id } = call);
    stream.write(before + bind([call.key]) + after, 'latin1');
  };
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    // ReadyForQuery ends the answer.
    if (rest.at(-6) !== 0x5a) return;
    answer(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${findRow(rest)}"}]}}\n`);
    rest = Buffer.alloc(0);
    const next = waiting.shift();
    if (next === undefined) free.push(start);
    else start(next);
  });
  free.push(start);
}

/** The values of the one DataRow in a row of messages. */
function findRow(messages: Buffer): string {
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
  return values.join(',');
}

/** What is answered in one turn goes out in one write. */
function answer(line: string): void {
  if (answers === '') {
    setImmediate(() => {
      process.stdout.write(answers);
      answers = '';
    });
  }
  answers += line;
}

function take(line: string): void {
  const [, id] = /"id":(\d+)/.exec(line) ?? [];
  const [, key] = /"params":\[(\d+)/.exec(line) ?? [];
  if (id === undefined) return;
  if (key === undefined) {
    answer(`{"jsonrpc":"2.0","id":${id},"result":{}}\n`);
    return;
  }
  const start = free.pop();
  if (start === undefined) waiting.push({ id, key });
  else start({ id, key });
}

await Promise.all(Array.from({ length: connections }, openConnection));
let text = '';
process.stdin.once('end', () => process.exit());
process.stdin.on('data', (chunk: Buffer) => {
  const lines = (text + chunk.toString('latin1')).split('\n');
  text = lines.pop() ?? '';
  for (const line of lines) take(line);
});
