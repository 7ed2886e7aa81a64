import { startProgram, stopProgram, waitForPort, type BenchProgram } from './bench-process.ts';
import { sendLoad } from './http-load.ts';
import type { McpRequest } from './mcp-request.ts';
import { readCpuMicros, type Variant } from './measure.ts';

/** What one round sends to a server that runs for the whole benchmark. */
export interface HttpRound {
  readonly count: number;
  readonly build: (id: number) => McpRequest;
  readonly check: (body: string) => void;
}

/** A running server whose rounds cost CPU microseconds per request; dispose it when the benchmark ends. */
export async function startHttpVariant(
  name: string,
  { port, program, round }: { readonly port: number; readonly program: BenchProgram; readonly round: HttpRound },
): Promise<Variant & AsyncDisposable> {
  const child = startProgram(program);
  await waitForPort(port);
  return {
    name,
    async run() {
      const before = await readCpuMicros(child.pid);
      await sendLoad(round.build, { port, count: round.count, concurrency: 16, check: round.check });
      return ((await readCpuMicros(child.pid)) - before) / round.count;
    },
    [Symbol.asyncDispose]: () => stopProgram(child),
  };
}
