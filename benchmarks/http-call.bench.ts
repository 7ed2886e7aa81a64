import { pickPort } from './bench-process.ts';
import { startHttpVariant, type HttpRound } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import { measureInterleaved } from './measure.ts';
import type { BenchReport } from './report.ts';
import { bareHttp, trellisHttp } from './server-programs.ts';

const round: HttpRound = {
  count: 3000,
  build: (id) => buildRequest(id, 'tools/call', { name: 'add_0', arguments: { a: 1, b: id } }),
  check: (body) => {
    if (!body.includes('"structuredContent":{"sum":')) throw new Error(body);
  },
};

/** CPU of one HTTP `tools/call`, against the bare SDK on `node:http` with the same trivial tool. */
export async function run(rounds: number): Promise<BenchReport> {
  const barePort = await pickPort();
  const ourPort = await pickPort();
  await using bare = await startHttpVariant('bare SDK', { port: barePort, program: bareHttp(barePort, 1), round });
  await using ours = await startHttpVariant('Trellis', { port: ourPort, program: trellisHttp(ourPort, 1), round });
  return { title: 'HTTP tools/call', unit: 'CPU µs per request', measured: await measureInterleaved([bare, ours], rounds), bound: 0.8 };
}
