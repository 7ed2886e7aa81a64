import { stopProgram, startProgram, type BenchProgram } from './bench-process.ts';
import { measureInterleaved, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { bareStdio } from './server-programs.ts';
import { StdioPeer } from './stdio-load.ts';

const launcher: BenchProgram = {
  script: new URL('../apps/database/bin/trellis-database.cjs', import.meta.url),
  args: ['--transport', 'stdio', '--log-file', '/dev/null'],
};
const startsPerRound = 5;

/** Spawn to first `tools/list` of the bundled database server, against a bare SDK server run from its node_modules. Needs `npm run build`. */
export async function run(rounds: number): Promise<BenchReport> {
  const variants = [coldStart('bare SDK', bareStdio()), coldStart('trellis-database', launcher)];
  return {
    title: 'Cold start over stdio',
    unit: 'ms to the first tools/list',
    measured: await measureInterleaved(variants, rounds),
    bound: 0.85,
  };
}

function coldStart(name: string, program: BenchProgram): Variant {
  return {
    name,
    async run() {
      let totalMs = 0;
      for (let start = 0; start < startsPerRound; start += 1) totalMs += await timeOneStart(program);
      return totalMs / startsPerRound;
    },
  };
}

async function timeOneStart(program: BenchProgram): Promise<number> {
  const began = performance.now();
  const child = startProgram(program);
  await new StdioPeer(child).request('tools/list');
  const elapsed = performance.now() - began;
  await stopProgram(child);
  return elapsed;
}
