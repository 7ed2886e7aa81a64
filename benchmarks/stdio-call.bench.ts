import { startProgram, stopProgram, type BenchProgram } from './bench-process.ts';
import { measureInterleaved, readCpuMicros, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { bareStdio, trellisStdio } from './server-programs.ts';
import { StdioPeer } from './stdio-load.ts';

const warmUpCount = 20_000;
const count = 10_000;
const inFlight = 16;

/** CPU of one stdio `tools/call`, against the bare SDK with the same trivial tool. */
export async function run(rounds: number): Promise<BenchReport> {
  const variants = [stdioCalls('bare SDK', bareStdio()), stdioCalls('Trellis', trellisStdio())];
  return { title: 'stdio tools/call', unit: 'CPU µs per call', measured: await measureInterleaved(variants, rounds), bound: 1.2 };
}

/** A process of its own each round: what V8 makes of the same code differs by a tenth from process to process. */
function stdioCalls(name: string, program: BenchProgram): Variant {
  return {
    name,
    async run() {
      const child = startProgram(program);
      const peer = new StdioPeer(child);
      await callMany(peer, warmUpCount);
      const before = await readCpuMicros(child.pid);
      await callMany(peer, count);
      const used = (await readCpuMicros(child.pid)) - before;
      await stopProgram(child);
      return used / count;
    },
  };
}

async function callMany(peer: StdioPeer, calls: number): Promise<void> {
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await peer.request('tools/call', { name: 'add_0', arguments: { a: 1, b: left } });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
