import { compareHttp, type HttpRound } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import type { BenchReport } from './report.ts';

const round: HttpRound = {
  count: 1000,
  build: (id) => buildRequest(id, 'tools/list'),
  check: (body) => {
    if (!body.includes('"add_19"')) throw new Error(body);
  },
};

/** CPU of one HTTP `tools/list` with 20 tools, against the bare SDK on `node:http`. */
export async function run(rounds: number): Promise<BenchReport> {
  return {
    title: 'HTTP tools/list, 20 tools',
    unit: 'CPU µs per request',
    measured: await compareHttp(round, { tools: 20, rounds }),
    bound: 0.5,
  };
}
