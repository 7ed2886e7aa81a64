import { startProgram, stopProgram, type BenchProgram } from './bench-process.ts';
import { measureInterleaved, readCpuMicros, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { bareStdio, trellisStdio } from './server-programs.ts';
import { StdioPeer } from './stdio-load.ts';

const count = 10_000;
const inFlight = 16;

/** CPU of one stdio `tools/call`, against the bare SDK with the same trivial tool. */
export async function run(rounds: number): Promise<BenchReport> {
  await using bare = startStdioVariant('bare SDK', bareStdio());
  await using ours = startStdioVariant('Trellis', trellisStdio());
  return { title: 'stdio tools/call', unit: 'CPU µs per call', measured: await measureInterleaved([bare, ours], rounds), bound: 1.2 };
}

function startStdioVariant(name: string, program: BenchProgram): Variant & AsyncDisposable {
  const child = startProgram(program);
  const peer = new StdioPeer(child);
  return {
    name,
    async run() {
      const before = await readCpuMicros(child.pid);
      let left = count;
      const worker = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await peer.request('tools/call', { name: 'add_0', arguments: { a: 1, b: left } });
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      return ((await readCpuMicros(child.pid)) - before) / count;
    },
    [Symbol.asyncDispose]: () => stopProgram(child),
  };
}
