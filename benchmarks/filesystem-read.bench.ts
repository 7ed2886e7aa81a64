import { DatabaseClient } from './database-client.ts';
import { addTextFile, type FilesystemServer, openFilesystemSetting } from './filesystem-servers.ts';
import { measureInterleaved, readCpuMicros, type Variant } from './measure.ts';
import type { BenchResult } from './report.ts';

const title = 'A file of 1 KB over stdio, beside the official server';
const counts = { warmUp: 5_000, counted: 5_000 };
const inFlight = 16;

/** CPU of reading a text file of 1 KB over stdio, against the official server. Needs `npm run build`. */
export async function run(rounds: number): Promise<BenchResult> {
  await using setting = await openFilesystemSetting();
  const { official, trellis } = setting;
  if ('missing' in official) return { title, missing: official.missing };
  const path = await addTextFile(setting, 1024);
  const measured = await measureInterleaved([reads(official, path), reads(trellis, path)], rounds);
  return { title, unit: 'CPU µs per call', measured, bound: 0.8 };
}

/** A process of its own each round; what a server does while it starts is not counted. */
function reads({ name, command, read }: FilesystemServer, path: string): Variant {
  return {
    name,
    async run() {
      await using client = await DatabaseClient.open(command);
      const call = async (): Promise<void> => {
        const { line } = await client.call(read(path));
        if (!line.includes('as long as such lines are')) throw new Error(`${name} answered ${line.toString().slice(0, 500)}`);
      };
      await repeat(call, counts.warmUp);
      const before = await readCpuMicros(client.pid);
      await repeat(call, counts.counted);
      return ((await readCpuMicros(client.pid)) - before) / counts.counted;
    },
  };
}

async function repeat(call: () => Promise<void>, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
