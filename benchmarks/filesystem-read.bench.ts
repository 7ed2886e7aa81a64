import { DatabaseClient } from './database-client.ts';
import { addTextFile, type FilesystemServer, openFilesystemSetting } from './filesystem-servers.ts';
import { joinRounds, type Measured, measureInterleaved, readCpuMicros, type Variant } from './measure.ts';
import type { BenchResult } from './report.ts';

const title = 'A file of 1 KB over stdio, beside the official server';
/** Calls of one turn. Short turns of both sides, close to each other, see the same machine. */
const count = 1_000;
/** Until V8 has compiled what it will, which takes its threads as long as the calls take this one. */
const warmUpTurns = 20;
const turns = 6;
const inFlight = 16;

/**
 * CPU of reading a text file of 1 KB over stdio, against the official server. Each round is a pair of new processes; what they do while they
 * start is not counted, and the ratio is the median of those of all turns. Needs `npm run build`.
 */
export async function run(rounds: number): Promise<BenchResult> {
  await using setting = await openFilesystemSetting();
  const { official, trellis } = setting;
  if ('missing' in official) return { title, missing: official.missing };
  const path = await addTextFile(setting, 1024);
  const pairs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) pairs.push(...(await measurePair([official, trellis], path)));
  return { title, unit: 'CPU µs per call', measured: joinRounds(pairs), bound: 0.8 };
}

async function measurePair([official, trellis]: readonly [FilesystemServer, FilesystemServer], path: string): Promise<Measured[]> {
  await using one = await openReader(official, path);
  await using other = await openReader(trellis, path);
  return await measureInterleaved([one, other], turns, warmUpTurns);
}

async function openReader({ name, command, read }: FilesystemServer, path: string): Promise<Variant & AsyncDisposable> {
  const client = await DatabaseClient.open(command);
  const call = async (): Promise<void> => {
    const { line } = await client.call(read(path));
    if (!line.includes('as long as such lines are')) throw new Error(`${name} answered ${line.toString().slice(0, 500)}`);
  };
  return {
    name,
    async run() {
      const before = await readCpuMicros(client.pid);
      await repeat(call);
      return ((await readCpuMicros(client.pid)) - before) / count;
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

async function repeat(call: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
