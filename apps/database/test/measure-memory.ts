import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresSource } from '../src/postgres/open-postgres-source.ts';
import type { PageRequest } from '../src/sources/raw-page.ts';
import { readSource } from './read-source.ts';

/** What a process is to read, and how often. */
export interface MemoryTask {
  readonly url: string;
  readonly sql: string;
  readonly request: Partial<PageRequest>;
  readonly times: number;
  /** At once. Default: 1. */
  readonly callers?: number;
}

/** What it cost. */
export interface MemoryResult {
  /** How much the largest resident size of the process grew, in MiB. */
  readonly grownMiB: number;
  /** Of the last page: rows, or the code of an error. */
  readonly outcome: string;
}

/** A program: reads one statement several times in a process that has read small ones, and prints a {@link MemoryResult}. */
const { url, sql, request, times, callers = 1 } = JSON.parse(process.argv[2] ?? '') as MemoryTask;
const reader = readSource(openPostgresSource({ name: 'memory', url, statementTimeoutMs: 60_000 }));
for (let round = 0; round < 200; round += 1) {
  await reader.read('select i, md5(i::text) from generate_series(1, 100) i');
}
await sleep(200);
const before = await readPeakMiB();
let outcome = '';
for (let time = 0; time < times; time += 1) {
  const calls = Array.from({ length: callers }, async () =>
    reader.read(sql, { ...request, timeoutMs: 60_000 }).then(
      ({ rows, cutBy = 'nothing' }) => `${String(rows.length)} rows, cut by ${cutBy}`,
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
    ),
  );
  outcome = [...new Set(await Promise.all(calls))].join('; ');
}
const grownMiB = (await readPeakMiB()) - before;
process.stdout.write(`${JSON.stringify({ grownMiB, outcome } satisfies MemoryResult)}\n`);
await reader.close();

/** The most that this process ever held. What `getrusage` calls so begins, on Linux, with what its parent held when it made the process. */
async function readPeakMiB(): Promise<number> {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1_024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1_024;
}
