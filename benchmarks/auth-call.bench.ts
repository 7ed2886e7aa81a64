import { startIdentityProvider, type IdentityProvider } from '@trellis-mcp/test-services';
import { pickPort } from './bench-process.ts';
import { startHttpVariant } from './http-variant.ts';
import { buildRequest } from './mcp-request.ts';
import { measureInterleaved, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';
import { trellisHttp } from './server-programs.ts';

const scope = 'sums:read';
const count = 3_000;

/** CPU of one HTTP `tools/call` with a JWT access token and a scope to check, against the same server without authentication. */
export async function run(rounds: number): Promise<BenchReport> {
  await using issuer = await startIdentityProvider({ scopes: [scope], accessTokenTtlSeconds: 3_600 });
  await using open = await startVariant('no authentication');
  await using guarded = await startVariant('OAuth', issuer);
  return {
    title: 'HTTP tools/call with an access token',
    unit: 'CPU µs per request',
    measured: await measureInterleaved([open, guarded], rounds),
    bound: 1.15,
  };
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
