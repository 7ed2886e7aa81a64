import { compareHttp, type HttpRound } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import type { BenchReport } from './report.ts';

const round: HttpRound = {
  count: 3000,
  build: (id) => buildRequest(id, 'tools/call', { name: 'add_0', arguments: { a: 1, b: id } }),
  check: (body) => {
    if (!body.includes('"structuredContent":{"sum":')) throw new Error(body);
  },
};

/** CPU of one HTTP `tools/call`, against the bare SDK on `node:http` with the same trivial tool. */
export async function run(rounds: number): Promise<BenchReport> {
  return { title: 'HTTP tools/call', unit: 'CPU µs per request', measured: await compareHttp(round, { tools: 1, rounds }), bound: 0.8 };
}
