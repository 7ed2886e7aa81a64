import { startIdentityProvider, type IdentityProvider } from '@trellis-mcp/test-services';
import { pickPort } from './bench-process.ts';
import { startHttpVariant } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import { compareTo, measureInterleaved, type Measured, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { trellisHttp } from './server-programs.ts';

const scope = 'sums:read';
/** Calls of one turn. Many short turns of both sides, close to each other, see the same machine. */
const count = 400;
const warmUpTurns = 6;
const turns = 10;
const names = ['no authentication', 'OAuth'];

/**
 * CPU of one HTTP `tools/call` with a JWT access token and a scope to check, against the same server without authentication. Each round
 * is a pair of new processes, so that no luck of a process decides; the ratio is the median of those of all turns.
 */
export async function run(rounds: number): Promise<BenchReport> {
  await using issuer = await startIdentityProvider({ scopes: [scope], accessTokenTtlSeconds: 3_600 });
  const pairs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) pairs.push(...(await measurePair(issuer)));
  const costsOf = (name: string): number[] => pairs.filter((one) => one.name === name).flatMap(({ costs }) => costs);
  return {
    title: 'HTTP tools/call with an access token',
    unit: 'CPU µs per request',
    measured: compareTo(
      names.map((name) => ({ name, costs: costsOf(name), ratio: 1 })),
      names,
    ),
    bound: 1.15,
  };
}

async function measurePair(issuer: IdentityProvider): Promise<Measured[]> {
  const [openName = '', guardedName = ''] = names;
  await using open = await startVariant(openName);
  await using guarded = await startVariant(guardedName, issuer);
  for (let turn = 0; turn < warmUpTurns; turn += 1) {
    await open.run();
    await guarded.run();
  }
  return await measureInterleaved([open, guarded], turns);
}

async function startVariant(name: string, issuer?: IdentityProvider): Promise<Variant & AsyncDisposable> {
  const port = await pickPort();
  const { args = [], env, ...program } = trellisHttp(port, 1);
  const flags =
    issuer === undefined ? [] : ['--auth', 'oauth', '--auth-issuer', issuer.issuer, '--egress-allow', `127.0.0.1:${issuer.port}`];
  const token = await issuer?.getMachineToken({ resource: `http://127.0.0.1:${port}/mcp`, scope });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token.access_token}` };
  return startHttpVariant(name, {
    port,
    program: { ...program, args: [...args, ...flags], env: { ...env, BENCH_SCOPES: scope } },
    round: {
      count,
      build: (id) => {
        const request = buildRequest(id, 'tools/call', { name: 'add_0', arguments: { a: 1, b: id } });
        return { ...request, headers: { ...request.headers, ...headers } };
      },
      check: (body) => {
        if (!body.includes('"structuredContent":{"sum":')) throw new Error(body);
      },
    },
  });
}
