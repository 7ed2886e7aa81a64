import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordMeasurement, startIdentityProvider, type IdentityProvider } from '@trellis-mcp/test-services';
import { bearer, postMessage } from './fixture/post-message.ts';
import { openSocket } from './fixture/socket-client.ts';
import { startGuarded } from './fixture/start-guarded.ts';
import { sendRaw } from './raw-http.ts';
import { upgrade } from './raw-websocket.ts';

const isSoak = process.env['SOAK'] === '1';

let idp: IdentityProvider;
let server: Awaited<ReturnType<typeof startGuarded>>;
/** How far the clock of the server is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  idp = await startIdentityProvider({ scopes: ['notes:read'], accessTokenFormat: 'opaque' });
  const { clientId: authClientId, clientSecret: authClientSecret } = idp.resourceServer;
  const config = { websocket: true, authIntrospection: true, authClientId, authClientSecret };
  server = await startGuarded({ issuer: idp, config, now: () => Date.now() + aheadMs });
});

afterAll(async () => {
  await server.stop();
  await idp.stop();
});

const call = (token: string) =>
  postMessage(server.url, 'tools/call', { params: { name: 'read_note', arguments: {} }, headers: bearer(token) });
const statusOf = async (token: string): Promise<number> => (await call(token)).status;
const getToken = async (): Promise<string> => (await idp.signIn({ resource: server.url, scope: 'notes:read' })).access_token;

/** Lets time pass: on the wall at full size, on the clock of the server otherwise. */
async function pass(ms: number): Promise<void> {
  if (isSoak) await sleep(ms);
  else aheadMs += ms;
}

it('refuses a revoked token within a minute of calls, and at the next WebSocket, and says why in the log', async () => {
  const [revoked, other] = [await getToken(), await getToken()];
  (await openSocket(server.websocketUrl ?? '', { token: revoked })).close();
  expect([await statusOf(revoked), await statusOf(other)]).toEqual([200, 200]);
  await idp.revoke(revoked);
  let seconds = 0;
  for (; seconds < 60 && (await statusOf(revoked)) === 200; seconds += 1) await pass(1_000);
  await recordMeasurement({ suite: 'auth', name: 'a revoked token is refused after', value: seconds, unit: 's', bound: '<= 60' });
  expect(seconds).toBeLessThan(60);
  const { status, challenge, text } = await call(revoked);
  expect({ status, challenge }).toEqual({ status: 401, challenge: expect.stringContaining('error="invalid_token"') });
  expect(JSON.parse(text)).toMatchObject({ error: { code: -32_000, message: expect.stringContaining('not active') } });
  expect(await server.lines()).toContainEqual(expect.objectContaining({ reason: 'auth-inactive', status: 401 }));
  expect(await sendRaw(server.port, upgrade('/ws', { Authorization: `Bearer ${revoked}` }))).toMatchObject({ status: 401 });
  expect(await statusOf(other)).toBe(200);
});

it('refuses a token that was revoked before its first call', async () => {
  const token = await getToken();
  await idp.revoke(token);
  expect(await statusOf(token)).toBe(401);
});
