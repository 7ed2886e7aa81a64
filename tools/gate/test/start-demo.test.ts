import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { freePort, spawnProbe } from '@trellis-mcp/test-services';
import { repositoryRoot } from '../src/repository-root.ts';

const program = join(import.meta.dirname, 'start-demo-fixture.ts');
const apps = (await readdir(join(repositoryRoot, 'apps'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const redirectUri = 'http://127.0.0.1:9/callback';

type Json = Readonly<Record<string, unknown>>;
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;

/** A browser without scripts: cookies, redirects, and a press on the button of each page. Gives the URL of ours that it ends at. */
async function browse(start: string, press: 'Allow' | 'Deny'): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, method] = [new URL(start), 'GET'];
  for (let hop = 0; hop < 20 && !url.href.startsWith(redirectUri); hop += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, { method, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const page = await response.text();
    const [, action] = new RegExp(`action="([^"]+)"><button>${press}`).exec(page) ?? [];
    const next = response.headers.get('location') ?? action;
    if (next === undefined) throw new Error(`${response.status}: ${page}`);
    method = response.headers.has('location') ? 'GET' : 'POST';
    url = new URL(next, url);
  }
  return url;
}

async function startApp(folder: string) {
  const [port, providerPort] = [await freePort(), await freePort()];
  const args = ['--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning', program, folder, String(providerPort)];
  const probe = await spawnProbe(process.execPath, args, { env: { ...process.env, TRELLIS_PORT: String(port) } });
  await probe.waitForStderr(/listens on http/);
  const stop = async () => {
    probe.kill('SIGTERM');
    return probe.exit;
  };
  return { probe, url: `http://127.0.0.1:${port}/mcp`, issuer: `http://127.0.0.1:${providerPort}`, stop };
}

it.each(apps)('the demo provider knows every scope of %s', async (folder) => {
  const { url, issuer, stop } = await startApp(folder);
  const resource = await json(await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url)));
  const provider = await json(await fetch(`${issuer}/.well-known/oauth-authorization-server`));
  expect(resource['authorization_servers']).toEqual([issuer]);
  expect(provider['scopes_supported']).toEqual(expect.arrayContaining(resource['scopes_supported'] as string[]));
  expect(await stop()).toMatchObject({ code: 0 });
});

it('takes a newcomer from the refusal over the consent page to a call', async () => {
  const { probe, url, issuer, stop } = await startApp('database');
  const call = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'health_check', arguments: {} } }),
    });
  expect((await call()).status).toBe(401);
  const metadata = { redirect_uris: [redirectUri], application_type: 'native', token_endpoint_auth_method: 'none' };
  const headers = { 'content-type': 'application/json' };
  const client = await json(await fetch(`${issuer}/reg`, { method: 'POST', headers, body: JSON.stringify(metadata) }));
  const verifier = randomBytes(32).toString('base64url');
  const base = { client_id: String(client['client_id']), redirect_uri: redirectUri, resource: url };
  const challenge = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' };
  const asked = new URLSearchParams({ ...base, ...challenge, response_type: 'code', scope: 'db:read health:read' });
  const start = `${issuer}/auth?${asked.toString()}`;
  expect((await browse(start, 'Deny')).searchParams.get('error')).toBe('access_denied');
  const code = (await browse(start, 'Allow')).searchParams.get('code') ?? '';
  const form = new URLSearchParams({ ...base, grant_type: 'authorization_code', code, code_verifier: verifier });
  const { access_token: token } = await json(await fetch(`${issuer}/token`, { method: 'POST', body: form }));
  const answer = await call({ authorization: `Bearer ${String(token)}` });
  expect(await answer.text()).toContain('"status":"ok"');
  await stop();
  expect(probe.stderr).toContain('"principal":"oauth:demo"');
});
