import { DatabaseClient } from './database-client.ts';
import { openRawPg } from './database-load.ts';
import { openDatabaseSetting, type DatabaseServer } from './database-servers.ts';
import { nameOf, writePage } from './database-table.ts';
import { measureInterleaved, median, type Variant } from './measure.ts';
import type { BenchResult } from './report.ts';

const pageRows = 10_000;
const counts = { warmUp: 30, counted: 30 };

/** A page of 10,000 rows over stdio, to its last byte, against `pg` itself and `JSON.stringify` in one process. Needs `npm run build`. */
export async function run(rounds: number): Promise<readonly BenchResult[]> {
  await using setting = await openDatabaseSetting();
  const { name, command } = setting.trellis;
  const server = { name, command: { ...command, args: [...command.args, '--max-rows', String(pageRows), '--max-bytes', '4MiB'] } };
  const measured = await measureInterleaved([readRaw(setting.url), readPages(server)], rounds);
  return [{ title: 'A page of 10,000 rows', unit: 'p50, µs', measured, bound: 1.5 }];
}

/** One round on a fresh process: the median, in microseconds. */
function readRaw(url: URL): Variant {
  const name = 'raw pg and JSON.stringify';
  return {
    name,
    async run() {
      await using raw = await openRawPg(name, url, 'page');
      await raw.turn(counts.warmUp);
      return await raw.turn(counts.counted);
    },
  };
}

/** One round on a fresh process: the median from the request's first byte to the answer's last, in microseconds. */
function readPages(server: Pick<DatabaseServer, 'name' | 'command'>): Variant {
  return {
    name: server.name,
    async run() {
      await using client = await DatabaseClient.open(server.command);
      const times: number[] = [];
      for (let n = 0; n < counts.warmUp + counts.counted; n += 1) {
        const began = performance.now();
        const { line, at } = await client.call({ name: 'query', arguments: { sql: writePage(pageRows), limit: pageRows } });
        if (n >= counts.warmUp) times.push(at - began);
        const isWhole = [1, pageRows].every((key) => line.includes(nameOf(key))) && line.includes(`"rowCount":${String(pageRows)}`);
        if (!isWhole) throw new Error(`${server.name}: ${line.toString().slice(0, 500)}`);
      }
      return median(times) * 1_000;
    },
  };
}
