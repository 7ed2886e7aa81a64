import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp } from '../../test/fixture/start-http.ts';
import { sendRaw, type Headers } from '../../test/raw-http.ts';
import { upgrade } from '../../test/raw-websocket.ts';
import type { Authenticate } from '../authenticate.ts';

interface Row {
  readonly input: string;
  readonly path?: string;
  readonly headers?: Headers;
  /** The whole request, where the head alone does not do. */
  readonly request?: string;
  readonly verdict: number;
  readonly reason: string;
  readonly says?: RegExp;
  /** Reason in the log line and label of the counter; without one for what is let in, and for what Node refuses or answers by itself. */
  readonly logs?: string;
}

const rows: readonly Row[] = [
  { input: 'a well-formed upgrade', verdict: 101, reason: 'the subprotocol is chosen', says: /sec-websocket-protocol: mcp\r\n/i },
  { input: 'an offer of compression', headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, verdict: 101, reason: 'not taken' },
  { input: 'no origin', headers: { Origin: undefined }, verdict: 101, reason: 'only browsers send it' },
  { input: 'the origin of a loopback page', headers: { Origin: 'http://localhost:6274' }, verdict: 101, reason: 'developer tools' },
  { input: 'an allowed origin', headers: { Origin: 'https://app.example.com' }, verdict: 101, reason: '--allow-origin' },
  {
    input: 'a foreign origin',
    headers: { Origin: 'https://evil.example' },
    verdict: 403,
    reason: 'cross-site hijacking',
    says: /--allow-origin https:\/\/evil\.example/,
    logs: 'origin',
  },
  { input: 'the origin null', headers: { Origin: 'null' }, verdict: 403, reason: 'a sandboxed page may be anybody', logs: 'origin' },
  { input: 'an empty origin', headers: { Origin: '' }, verdict: 403, logs: 'origin', reason: 'not an origin' },
  {
    input: 'a foreign host',
    headers: { Host: 'evil.example' },
    verdict: 403,
    reason: 'DNS rebinding',
    says: /--allow-host/,
    logs: 'host',
  },
  {
    input: 'an allowed name as a prefix',
    headers: { Host: 'localhost.evil.example' },
    verdict: 403,
    logs: 'host',
    reason: 'whole names compare',
  },
  { input: 'no host', headers: { Host: undefined }, verdict: 400, reason: 'missing', logs: 'host-missing' },
  {
    input: 'two hosts',
    request: upgrade().replace('\r\n', '\r\nhost: evil.example\r\n'),
    verdict: 400,
    logs: 'host-doubled',
    reason: 'smuggling',
  },
  {
    input: 'no subprotocol',
    headers: { 'Sec-WebSocket-Protocol': undefined },
    verdict: 400,
    logs: 'upgrade',
    reason: 'required',
    says: /Sec-WebSocket-Protocol: mcp/,
  },
  { input: 'another subprotocol', headers: { 'Sec-WebSocket-Protocol': 'chat' }, verdict: 400, reason: 'not MCP', logs: 'upgrade' },
  {
    input: 'a subprotocol that begins alike',
    headers: { 'Sec-WebSocket-Protocol': 'mcp2' },
    verdict: 400,
    logs: 'upgrade',
    reason: 'whole names compare',
  },
  {
    input: 'a subprotocol in capitals',
    headers: { 'Sec-WebSocket-Protocol': 'MCP' },
    verdict: 400,
    logs: 'upgrade',
    reason: 'case counts (RFC 6455, 1.9)',
  },
  { input: 'the subprotocol among others', headers: { 'Sec-WebSocket-Protocol': 'chat, mcp' }, verdict: 101, reason: 'offered' },
  {
    input: 'a subprotocol given twice',
    headers: { 'Sec-WebSocket-Protocol': 'mcp, mcp' },
    verdict: 400,
    logs: 'upgrade',
    reason: 'RFC 6455, 4.1',
  },
  {
    input: 'a token in the query',
    path: '/ws?access_token=abc',
    verdict: 400,
    reason: 'URLs are logged',
    says: /Authorization/,
    logs: 'token-in-query',
  },
  { input: 'a token by another name', path: '/ws?x=1&api_key=abc', verdict: 400, logs: 'token-in-query', reason: 'URLs are logged' },
  { input: 'a token in capitals', path: '/ws?TOKEN=abc', verdict: 400, logs: 'token-in-query', reason: 'URLs are logged' },
  { input: 'a token with an encoded name', path: '/ws?t%6Fken=abc', verdict: 400, logs: 'token-in-query', reason: 'names are decoded' },
  {
    input: 'a token behind a second question mark',
    path: '/ws??token=abc',
    verdict: 400,
    logs: 'token-in-query',
    reason: 'URLs are logged',
  },
  { input: 'a long query', path: `/ws?x=${'a'.repeat(2_000)}`, verdict: 400, logs: 'token-in-query', reason: 'nobody needs one' },
  { input: 'another query', path: '/ws?route=3', verdict: 101, reason: 'a balancer may add one' },
  { input: 'the path of HTTP', path: '/mcp', verdict: 404, reason: 'another endpoint', says: /endpoint is \/ws/, logs: 'upgrade-path' },
  { input: 'a path below', path: '/ws/', verdict: 404, logs: 'upgrade-path', reason: 'another path' },
  { input: 'a path that leads there', path: '/x/../ws', verdict: 404, logs: 'upgrade-path', reason: 'paths compare as they are' },
  { input: 'the health page', path: '/healthz', verdict: 404, logs: 'upgrade-path', reason: 'nothing to upgrade' },
  { input: 'an absolute target', path: 'http://evil.example/ws', verdict: 404, logs: 'upgrade-path', reason: 'this is no proxy' },
  {
    input: 'an old version',
    headers: { 'Sec-WebSocket-Version': '8' },
    verdict: 426,
    logs: 'upgrade',
    reason: 'RFC 6455, 4.4',
    says: /sec-websocket-version: 13/i,
  },
  { input: 'no version', headers: { 'Sec-WebSocket-Version': undefined }, verdict: 426, logs: 'upgrade', reason: 'RFC 6455, 4.2.1' },
  { input: 'no key', headers: { 'Sec-WebSocket-Key': undefined }, verdict: 400, reason: 'RFC 6455, 4.2.1', logs: 'upgrade' },
  { input: 'a short key', headers: { 'Sec-WebSocket-Key': 'abc' }, verdict: 400, logs: 'upgrade', reason: 'RFC 6455, 4.2.1' },
  { input: 'a POST', request: upgrade().replace('GET', 'POST'), verdict: 405, logs: 'upgrade', reason: 'RFC 6455, 4.1' },
  { input: 'a body', headers: { 'Content-Length': '5' }, verdict: 400, logs: 'upgrade', reason: 'smuggled frames' },
  { input: 'a chunked body', headers: { 'Transfer-Encoding': 'chunked' }, verdict: 400, logs: 'upgrade', reason: 'smuggled frames' },
  {
    input: 'no upgrade',
    headers: { Connection: undefined, Upgrade: undefined },
    verdict: 426,
    reason: 'a plain GET',
    says: /upgrade: websocket/i,
  },
  { input: 'an upgrade to HTTP/2', headers: { Upgrade: 'h2c' }, verdict: 426, reason: 'not a WebSocket' },
  {
    input: 'an upgrade of /mcp to HTTP/2',
    path: '/mcp',
    headers: { Upgrade: 'h2c' },
    verdict: 405,
    logs: 'method',
    reason: 'the offer is ignored',
  },
  {
    input: '300 headers',
    headers: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`x-${n}`, 'a'])),
    verdict: 431,
    reason: 'too many',
  },
  { input: '20 KiB of headers', headers: { 'X-Long': 'a'.repeat(20_480) }, verdict: 431, reason: 'too large' },
  {
    input: 'no token',
    headers: { Authorization: undefined },
    verdict: 401,
    reason: 'required',
    says: /www-authenticate: Bearer realm="mcp"/i,
    logs: 'token',
  },
  {
    input: 'a wrong token',
    headers: { Authorization: 'Bearer bad' },
    verdict: 401,
    logs: 'token',
    reason: 'unknown',
    says: /invalid_token/,
  },
  {
    input: 'a token as a subprotocol',
    headers: { Authorization: undefined, 'Sec-WebSocket-Protocol': 'mcp, good' },
    verdict: 401,
    logs: 'token',
    reason: 'not read there',
  },
];

/** Takes one token; stands in for the real thing behind the same door. */
const authenticate: Authenticate = ({ headers: { authorization: values = [] }, url, method }) => {
  const [authorization] = values;
  expect({ url, method }).toMatchObject({
    url: expect.stringMatching(/^https:\/\/mcp\.example\.com\/(ws|mcp)$/),
    method: expect.any(String),
  });
  if (authorization === 'Bearer good') return Promise.resolve({ principal: { id: 'ada', clientId: 'test', scopes: new Set<string>() } });
  if (authorization === 'Bearer bug') return Promise.reject(new Error('secret of the authenticator'));
  const challenge = `Bearer realm="mcp"${authorization === undefined ? '' : ', error="invalid_token"'}`;
  const headers = { 'www-authenticate': challenge };
  return Promise.resolve({ refusal: { status: 401, code: 'DENIED', reason: 'token', message: 'A token is required.', headers } });
};

describe('an upgrade with', () => {
  let server: Awaited<ReturnType<typeof startHttp>>;

  beforeAll(async () => {
    const config = { websocket: true, publicUrl: 'https://mcp.example.com', allowOrigin: ['https://app.example.com'] };
    server = await startHttp(config, { authenticate });
  });

  afterAll(async () => {
    await server.stop();
  });

  it.each(rows)('$input is answered with $verdict ($reason)', async ({ path, headers, request, verdict, says, logs }) => {
    const token = { Authorization: 'Bearer good' };
    const plain = request?.replace('\r\n', '\r\nAuthorization: Bearer good\r\n') ?? upgrade(path, { ...token, ...headers });
    const before = (await server.lines()).length;
    const answer = await sendRaw(server.port, plain, { waitMs: 100 });
    expect(answer).toMatchObject({ status: verdict });
    if (says !== undefined) expect(answer.text).toMatch(says);
    expect(answer.text).not.toMatch(/permessage-deflate/);
    if (verdict >= 400 && verdict !== 426 && path !== '/mcp') expect(answer.isClosed).toBe(true);
    if (logs === undefined) return;
    const [line] = (await server.lines()).slice(before);
    expect(line).toMatchObject({ reason: logs, status: verdict, msg: expect.any(String) });
    expect(JSON.parse(answer.body)).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { message: expect.stringContaining(String(line?.['msg'])) },
    });
    expect(await server.host.health.metrics.text()).toMatch(new RegExp(`reason="${logs}"\\} [1-9]`));
  });

  it('a broken authenticator is answered with 500, which tells nothing, and the log has the reason', async () => {
    const answer = await sendRaw(server.port, upgrade('/ws', { Authorization: 'Bearer bug' }), { waitMs: 100 });
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: -32_603, message: 'Internal server error' } });
    expect(answer.text).not.toContain('secret of');
    expect(JSON.stringify((await server.lines()).at(-1))).toMatch(/"level":"error".*secret of the authenticator.*could not be opened/);
  });

  it('tells nobody of tokens in its refusals', async () => {
    const { text } = await sendRaw(server.port, upgrade('/ws?access_token=hunter2', { Authorization: 'Bearer hunter2' }));
    expect(text).not.toContain('hunter2');
  });
});

describe('without --websocket', () => {
  it('an upgrade is an ordinary request, and nothing is there', async () => {
    await using server = await startHttp();
    expect(await sendRaw(server.port, upgrade())).toMatchObject({ status: 404 });
    expect(server.websocketUrl).toBeUndefined();
  });
});
