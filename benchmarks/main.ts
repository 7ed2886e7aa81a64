/** Runs the benchmarks one by one and prints their ratios: `npm run bench [-- NAME ...] [--rounds N]`. Exit 1 when a bound is missed. */
import { parseArgs } from 'node:util';
import { recordMeasurement } from '@trellis-mcp/test-services';
import * as authCall from './auth-call.bench.ts';
import * as cacheMemory from './cache-memory.bench.ts';
import * as cacheRedis from './cache-redis.bench.ts';
import * as cacheStampede from './cache-stampede.bench.ts';
import * as coldStart from './cold-start.bench.ts';
import * as databaseFlight from './database-flight.bench.ts';
import * as databaseKey from './database-key.bench.ts';
import * as databasePage from './database-page.bench.ts';
import * as filesystemFind from './filesystem-find.bench.ts';
import * as filesystemRead from './filesystem-read.bench.ts';
import * as filesystemSearch from './filesystem-search.bench.ts';
import * as filesystemStart from './filesystem-start.bench.ts';
import * as httpCall from './http-call.bench.ts';
import * as httpList from './http-list.bench.ts';
import { isWithin, renderReport, type BenchReport } from './report.ts';
import * as stdioCall from './stdio-call.bench.ts';
import * as websocketCall from './websocket-call.bench.ts';

const benches = {
  'http-call': httpCall,
  'http-list': httpList,
  'stdio-call': stdioCall,
  'websocket-call': websocketCall,
  'auth-call': authCall,
  'cold-start': coldStart,
  'database-key': databaseKey,
  'database-flight': databaseFlight,
  'database-page': databasePage,
  'cache-memory': cacheMemory,
  'cache-redis': cacheRedis,
  'cache-stampede': cacheStampede,
  'filesystem-read': filesystemRead,
  'filesystem-find': filesystemFind,
  'filesystem-search': filesystemSearch,
  'filesystem-start': filesystemStart,
};
const { values, positionals } = parseArgs({ options: { rounds: { type: 'string', default: '7' } }, allowPositionals: true });

let missed = 0;
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const report of [await bench.run(Number(values.rounds))].flat()) {
    process.stdout.write(`${renderReport(report)}\n`);
    if ('missing' in report) continue;
    await recordLast(report);
    if (!isWithin(report)) missed += 1;
  }
}
process.exitCode = missed > 0 ? 1 : 0;

/** The ratio that has a bound, for `npm run soak`. */
async function recordLast({ title, measured, bound }: BenchReport): Promise<void> {
  const last = measured.at(-1);
  if (last === undefined) return;
  const name = `${title}: ${last.name}`;
  await recordMeasurement({ suite: 'benchmarks', name, value: last.ratio, unit: 'x', bound: `<= ${bound.toFixed(2)}` });
}
