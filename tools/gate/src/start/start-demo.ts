import { startIdentityProvider, type IdentityProvider } from '@trellis-mcp/test-services';
import type { ServerSource } from './find-servers.ts';
import { startAll } from './start-all.ts';

/** Where the provider of the demo listens. */
const demoPort = 3110;
/** Every scope of the servers under apps/. */
const demoScopes = ['db:read', 'fs:read', 'fs:write', 'health:read'];
const user = 'demo';
const unavailable = 69;

/** Runs all servers behind an identity provider on loopback with one user; everything it knows is gone when it stops. */
export async function startDemo(servers: readonly ServerSource[], port = demoPort): Promise<number> {
  const provider = await openProvider(port);
  if (provider === undefined) {
    process.stderr.write(`Port ${port} is in use: the identity provider of the demo cannot start.\n`);
    return unavailable;
  }
  process.stdout.write(explain(provider.issuer));
  try {
    const address = new URL(provider.issuer).host;
    return await startAll(servers, ['--auth', 'oauth', '--auth-issuer', provider.issuer, '--egress-allow', address]);
  } finally {
    await provider.stop();
  }
}

async function openProvider(port: number): Promise<IdentityProvider | undefined> {
  try {
    const options = { port, scopes: demoScopes, users: [user], consent: 'page' as const, accessTokenTtlSeconds: 900 };
    return await startIdentityProvider(options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

function explain(issuer: string): string {
  return `
Identity provider of the demo: ${issuer} (one user, "${user}", without a password; this machine only)

1. Copy the block of a server below into your MCP client, and connect.
2. The client is refused, finds the provider, registers itself and opens your browser. Press Allow.
3. Call a tool. docs/guides/protect-a-server.md says what happened on the way, and how to use a provider of your own.
`;
}
