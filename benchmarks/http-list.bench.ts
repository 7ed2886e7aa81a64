import { pickPort } from './bench-process.ts';
import { startHttpVariant, type HttpRound } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import { measureInterleaved } from './measure.ts';
import type { BenchReport } from './report.ts';
import { bareHttp, trellisHttp } from './server-programs.ts';

const round: HttpRound = {
  count: 1000,
  build: (id) => buildRequest(id, 'tools/list'),
  check: (body) => {
    if (!body.includes('"add_19"')) throw new Error(body);
  },
};

/** CPU of one HTTP `tools/list` with 20 tools, against the bare SDK on `node:http`. */
export async function run(rounds: number): Promise<BenchReport> {
  const barePort = await pickPort();
  const ourPort = await pickPort();
  await using bare = await startHttpVariant('bare SDK', { port: barePort, program: bareHttp(barePort, 20), round });
  await using ours = await startHttpVariant('Trellis', { port: ourPort, program: trellisHttp(ourPort, 20), round });
  return {
    title: 'HTTP tools/list, 20 tools',
    unit: 'CPU µs per request',
    measured: await measureInterleaved([bare, ours], rounds),
    bound: 0.5,
  };
}
