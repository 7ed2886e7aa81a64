/**
 * The least that a server in Node can do for a lookup: what identifies it is cut out of the request, one write to PostgreSQL, one line back.
 * No protocol, no check, no log. `pg-floor.ts URL SQL read-only|bare` answers each `tools/call` over stdio with the row of `params[0]`.
 */
import { openLookUp } from './round-trip.ts';

const [url = '', sql = '', roundTrip] = process.argv.slice(2);
const lookUp = await openLookUp(url, sql, roundTrip === 'bare' ? 'bare' : 'read-only');
let answers = '';

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
  lookUp(key, (values) => answer(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${values.join(',')}"}]}}\n`));
}

let text = '';
process.stdin.once('end', () => process.exit());
process.stdin.on('data', (chunk: Buffer) => {
  const lines = (text + chunk.toString('latin1')).split('\n');
  text = lines.pop() ?? '';
  for (const line of lines) take(line);
});
