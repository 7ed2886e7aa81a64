import { pickPort, startProgram, stopProgram, waitForPort } from './bench-process.ts';
import { sendLoad } from './http-load.ts';
import { buildRequest, type McpRequest } from './mcp-request.ts';
import { measureInterleaved, readCpuMicros, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { trellisHttp } from './server-programs.ts';
import { WebSocketPeer } from './websocket-load.ts';

const count = 5_000;
const concurrency = 16;
/** At least 1.5 times the calls per second. */
const bound = 1 / 1.5;

/** Microseconds that the calls took, and that the server computed for them. */
interface Cost {
  readonly time: number;
  readonly cpu: number;
}

/** `tools/call` over WebSocket against HTTP on the same server, 16 at once: time per call, and CPU of the server per call. */
export async function run(rounds: number): Promise<BenchReport[]> {
  const port = await pickPort();
  const { args = [], ...program } = trellisHttp(port, 1);
  const child = startProgram({ ...program, args: [...args, '--websocket'] });
  try {
    await waitForPort(port);
    const peer = await WebSocketPeer.open(`ws://127.0.0.1:${port}/ws`);
    const http = measureCost(child.pid, () => sendLoad(build, { port, count, concurrency, check }));
    const websocket = measureCost(child.pid, () => peer.sendLoad((id) => build(id).body, { count, concurrency, check }));
    const compare = (of: keyof Cost): Promise<BenchReport['measured']> =>
      measureInterleaved([variant('HTTP', http, of), variant('WebSocket', websocket, of)], rounds);
    const time = { title: 'WebSocket tools/call beside HTTP', unit: 'µs per call', measured: await compare('time'), bound };
    const cpu = { title: 'WebSocket tools/call beside HTTP, CPU', unit: 'CPU µs per call', measured: await compare('cpu'), bound };
    peer.close();
    return [time, cpu];
  } finally {
    await stopProgram(child);
  }
}

function build(id: number): McpRequest {
  return buildRequest(id, 'tools/call', { name: 'add_0', arguments: { a: 1, b: id } });
}

function check(body: string): void {
  if (!body.includes('"structuredContent":{"sum":')) throw new Error(body);
}

function measureCost(pid: number, send: () => Promise<void>): () => Promise<Cost> {
  return async () => {
    const cpuBefore = await readCpuMicros(pid);
    const began = performance.now();
    await send();
    const time = ((performance.now() - began) * 1_000) / count;
    return { time, cpu: ((await readCpuMicros(pid)) - cpuBefore) / count };
  };
}

function variant(name: string, measure: () => Promise<Cost>, of: keyof Cost): Variant {
  return { name, run: async () => (await measure())[of] };
}
