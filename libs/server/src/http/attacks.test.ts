import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp } from '../../test/fixture/start-http.ts';
import { echoBody, legacyHeaders, post, sendRaw, type Headers } from '../../test/raw-http.ts';

interface Row {
  readonly input: string;
  readonly request: string | readonly string[];
  /** Status of the answer; 0 for a connection that is closed without one. */
  readonly verdict: number;
  readonly reason: string;
  readonly says?: RegExp;
}

const ok = echoBody();
const maxBodyBytes = 64 * 1024;

const withHeaders = (headers: Headers): string => post(ok, headers);
const legacy = (body: string): string => post(body, legacyHeaders);
const call = (params: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;

const hosts: readonly Row[] = [
  {
    input: 'loopback address',
    request: withHeaders({ Host: '127.0.0.1' }),
    verdict: 200,
    reason: 'always allowed',
    says: /hi modern http/,
  },
  { input: 'loopback name with a port', request: withHeaders({ Host: 'localhost:1' }), verdict: 200, reason: 'ports do not count' },
  { input: 'upper case', request: withHeaders({ Host: 'LOCALHOST' }), verdict: 200, reason: 'names compare without case' },
  { input: 'IPv6 loopback', request: withHeaders({ Host: '[::1]:80' }), verdict: 200, reason: 'always allowed' },
  { input: 'public URL', request: withHeaders({ Host: 'mcp.example.com' }), verdict: 200, reason: '--public-url' },
  { input: 'allowed host', request: withHeaders({ Host: 'Internal.Example:99' }), verdict: 200, reason: '--allow-host' },
  {
    input: 'foreign host',
    request: withHeaders({ Host: 'evil.example' }),
    verdict: 403,
    reason: 'not on the list',
    says: /--allow-host evil\.example.*TRELLIS_ALLOW_HOST/,
  },
  { input: 'rebound name', request: withHeaders({ Host: '127.0.0.1.nip.io:3101' }), verdict: 403, reason: 'DNS rebinding' },
  {
    input: 'allowed name as a prefix',
    request: withHeaders({ Host: 'localhost.evil.example' }),
    verdict: 403,
    reason: 'whole names compare',
  },
  { input: 'allowed name as a suffix', request: withHeaders({ Host: 'evil-localhost' }), verdict: 403, reason: 'whole names compare' },
  { input: 'trailing dot', request: withHeaders({ Host: 'localhost.' }), verdict: 403, reason: 'another name in DNS' },
  {
    input: 'userinfo',
    request: withHeaders({ Host: 'localhost@evil.example' }),
    verdict: 403,
    reason: 'not a host name',
    says: /plain host name/,
  },
  { input: 'userinfo after', request: withHeaders({ Host: 'evil.example@localhost' }), verdict: 403, reason: 'not a host name' },
  { input: 'path in the host', request: withHeaders({ Host: 'localhost/../evil' }), verdict: 403, reason: 'not a host name' },
  { input: 'list in one header', request: withHeaders({ Host: 'localhost, evil.example' }), verdict: 403, reason: 'not a host name' },
  { input: 'decimal address', request: withHeaders({ Host: '2130706433' }), verdict: 403, reason: 'only the usual spellings' },
  { input: 'short address', request: withHeaders({ Host: '127.1' }), verdict: 403, reason: 'only the usual spellings' },
  { input: 'wildcard address', request: withHeaders({ Host: '0.0.0.0' }), verdict: 403, reason: 'reaches loopback on some systems' },
  { input: 'mapped IPv6 address', request: withHeaders({ Host: '[::ffff:127.0.0.1]' }), verdict: 403, reason: 'only the usual spellings' },
  { input: 'two ports', request: withHeaders({ Host: 'localhost:1:2' }), verdict: 403, reason: 'not a host name' },
  { input: 'port beyond 65535', request: withHeaders({ Host: 'localhost:65536' }), verdict: 403, reason: 'no URL has it' },
  { input: 'last port', request: withHeaders({ Host: 'localhost:65535' }), verdict: 200, reason: 'ports do not count' },
  { input: 'endless port', request: withHeaders({ Host: `localhost:${'1'.repeat(99)}` }), verdict: 403, reason: 'not a host name' },
  {
    input: 'terminal codes',
    request: withHeaders({ Host: 'evil\u009b31m' }),
    verdict: 403,
    reason: 'not echoed as they are',
    says: /evil\?\?31m/,
  },
  { input: 'empty host', request: withHeaders({ Host: '' }), verdict: 400, reason: 'missing' },
  { input: 'no host', request: withHeaders({ Host: undefined }), verdict: 400, reason: 'missing', says: /Host header is missing/ },
  { input: 'two hosts', request: post(ok).replace('\r\n', '\r\nhost: evil.example\r\n'), verdict: 400, reason: 'request smuggling' },
  { input: 'two equal hosts', request: post(ok).replace('\r\n', '\r\nhOST: 127.0.0.1\r\n'), verdict: 400, reason: 'RFC 9112, 3.2' },
  { input: 'absolute target', request: post(ok).replace('/mcp', 'http://evil.example/mcp'), verdict: 404, reason: 'this is no proxy' },
];

const origins: readonly Row[] = [
  {
    input: 'loopback page',
    request: withHeaders({ Origin: 'http://localhost:6274' }),
    verdict: 200,
    reason: 'developer tools',
    says: /access-control-allow-origin: http:\/\/localhost:6274/,
  },
  { input: 'allowed origin', request: withHeaders({ Origin: 'https://app.example.com' }), verdict: 200, reason: '--allow-origin' },
  {
    input: 'allowed origin, upper case',
    request: withHeaders({ Origin: 'HTTPS://APP.example.com' }),
    verdict: 200,
    reason: 'origins compare without case',
  },
  { input: 'public URL', request: withHeaders({ Origin: 'https://mcp.example.com' }), verdict: 200, reason: '--public-url' },
  { input: 'extension', request: withHeaders({ Origin: 'moz-extension://abc' }), verdict: 200, reason: '--allow-origin' },
  { input: 'another extension', request: withHeaders({ Origin: 'moz-extension://abd' }), verdict: 403, reason: 'not on the list' },
  { input: 'null', request: withHeaders({ Origin: 'null' }), verdict: 403, reason: 'a sandboxed page may be anybody' },
  { input: 'empty origin', request: withHeaders({ Origin: '' }), verdict: 403, reason: 'not an origin' },
  {
    input: 'foreign',
    request: withHeaders({ Origin: 'https://evil.example' }),
    verdict: 403,
    reason: 'not on the list',
    says: /--allow-origin https:\/\/evil\.example/,
  },
  {
    input: 'other scheme',
    request: withHeaders({ Origin: 'http://app.example.com' }),
    verdict: 403,
    reason: 'the scheme is part of an origin',
  },
  {
    input: 'other port',
    request: withHeaders({ Origin: 'https://app.example.com:8443' }),
    verdict: 403,
    reason: 'the port is part of an origin',
  },
  {
    input: 'allowed origin as a prefix',
    request: withHeaders({ Origin: 'https://app.example.com.evil.example' }),
    verdict: 403,
    reason: 'whole origins compare',
  },
  {
    input: 'userinfo',
    request: withHeaders({ Origin: 'http://localhost@evil.example' }),
    verdict: 403,
    reason: 'the host is evil.example',
  },
  {
    input: 'userinfo before loopback',
    request: withHeaders({ Origin: 'http://evil@localhost' }),
    verdict: 403,
    reason: 'no browser sends it',
  },
  { input: 'file', request: withHeaders({ Origin: 'file://' }), verdict: 403, reason: 'not on the list' },
  { input: 'loopback name of another scheme', request: withHeaders({ Origin: 'ftp://localhost' }), verdict: 403, reason: 'not a web page' },
  {
    input: 'two origins',
    request: withHeaders({ Origin: 'http://localhost https://evil.example' }),
    verdict: 403,
    reason: 'not one origin',
  },
];

const bodies: readonly Row[] = [
  {
    input: 'charset',
    request: withHeaders({ 'Content-Type': 'application/json; charset=utf-8' }),
    verdict: 200,
    reason: 'a parameter is fine',
  },
  {
    input: 'text/plain',
    request: withHeaders({ 'Content-Type': 'text/plain' }),
    verdict: 415,
    reason: 'a page may send it without preflight',
  },
  {
    input: 'form',
    request: withHeaders({ 'Content-Type': 'application/x-www-form-urlencoded' }),
    verdict: 415,
    reason: 'a page may send it without preflight',
  },
  { input: 'similar type', request: withHeaders({ 'Content-Type': 'application/jsonp' }), verdict: 415, reason: 'not JSON' },
  { input: 'no type', request: withHeaders({ 'Content-Type': undefined }), verdict: 415, reason: 'not JSON' },
  { input: 'compressed', request: withHeaders({ 'Content-Encoding': 'gzip' }), verdict: 415, reason: 'no decompression bombs' },
  { input: 'not JSON', request: post('{"jsonrpc":'), verdict: 400, reason: 'parse error', says: /-32700/ },
  { input: 'empty body', request: post(''), verdict: 400, reason: 'parse error', says: /-32700/ },
  { input: 'JSON that is no message', request: legacy('42'), verdict: 400, reason: 'not JSON-RPC' },
  { input: 'null', request: legacy('null'), verdict: 400, reason: 'not JSON-RPC' },
  { input: 'NUL bytes', request: post('\0\0\0\0'), verdict: 400, reason: 'parse error', says: /-32700/ },
  {
    input: 'deep nesting',
    request: legacy(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    verdict: 400,
    reason: 'stack exhaustion',
    says: /nested 256/,
  },
  {
    input: 'deep nesting behind strings',
    request: legacy(`["\\"[[[[",${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}]`),
    verdict: 400,
    reason: 'stack exhaustion',
    says: /nested 256/,
  },
  { input: 'brackets in a string', request: post(echoBody('['.repeat(2_000))), verdict: 200, reason: 'text is not nesting' },
  { input: 'too large, declared', request: post('x'.repeat(maxBodyBytes + 1)), verdict: 413, reason: 'body limit', says: /65536 bytes/ },
  {
    input: 'too large, only declared',
    request: withHeaders({ 'Content-Length': '99999999999' }),
    verdict: 413,
    reason: 'refused before it is read',
  },
  { input: 'negative length', request: withHeaders({ 'Content-Length': '-1' }), verdict: 400, reason: 'not HTTP' },
  { input: 'length and chunks', request: withHeaders({ 'Transfer-Encoding': 'chunked' }), verdict: 400, reason: 'request smuggling' },
  {
    input: 'too large, chunked',
    request: `${post('', { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' })}${`4000\r\n${'x'.repeat(0x4000)}\r\n`.repeat(5)}0\r\n\r\n`,
    verdict: 413,
    reason: 'counted while it comes',
  },
  {
    input: 'too large, dripped',
    request: [
      post('', { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' }),
      ...Array.from({ length: 6 }, () => `4000\r\n${'x'.repeat(0x4000)}\r\n`),
    ],
    verdict: 413,
    reason: 'counted while it comes',
  },
  {
    input: 'proto key',
    request: legacy(call('{"__proto__":{"polluted":true},"name":"echo","arguments":{"text":"a","__proto__":{"polluted":true}}}')),
    verdict: 200,
    reason: 'a name like any other',
  },
  {
    input: 'proto envelope',
    request: legacy('{"__proto__":{"jsonrpc":"2.0"},"id":1,"method":"ping"}'),
    verdict: 400,
    reason: 'not JSON-RPC',
  },
  {
    input: 'batch beyond 100',
    request: legacy(`[${Array.from({ length: 101 }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`).join(',')}]`),
    verdict: 400,
    reason: 'bounded work per request',
  },
  {
    input: 'batch that cancels a call of its own',
    request: legacy(
      `[${call('{"name":"echo","arguments":{}}')},{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}]`,
    ),
    verdict: 400,
    reason: 'its stream would never end',
    says: /cancels a request of its own/,
  },
  {
    input: 'batch with one id twice',
    request: legacy(`[${call('{"name":"echo","arguments":{}}')},{"jsonrpc":"2.0","id":1,"method":"ping"}]`),
    verdict: 400,
    reason: 'the second is not answered',
    says: /same id/,
  },
  { input: 'empty batch', request: legacy('[]'), verdict: 400, reason: 'not JSON-RPC' },
  { input: 'modern batch', request: post(`[${ok}]`), verdict: 400, reason: '2026-07-28 has no batches' },
  {
    input: 'header that names another method',
    request: withHeaders({ 'Mcp-Method': 'tools/list' }),
    verdict: 400,
    reason: 'a proxy judged another request',
  },
];

const get = (path: string, headers = 'Host: localhost\r\n', method = 'GET'): string => `${method} ${path} HTTP/1.1\r\n${headers}\r\n`;
const many = (count: number, size: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: ${'a'.repeat(size)}\r\n`).join('');

const requests: readonly Row[] = [
  { input: 'GET /mcp', request: get('/mcp'), verdict: 405, reason: 'stateless', says: /allow: POST, OPTIONS/ },
  { input: 'HEAD /mcp', request: get('/mcp', 'Host: localhost\r\n', 'HEAD'), verdict: 405, reason: 'POST only' },
  { input: 'PUT /mcp', request: get('/mcp', 'Host: localhost\r\n', 'PUT'), verdict: 405, reason: 'POST only' },
  { input: 'DELETE /mcp', request: get('/mcp', 'Host: localhost\r\n', 'DELETE'), verdict: 405, reason: 'no sessions' },
  { input: 'TRACE /mcp', request: get('/mcp', 'Host: localhost\r\n', 'TRACE'), verdict: 405, reason: 'reflects headers' },
  { input: 'CONNECT', request: get('evil.example:443', 'Host: evil.example\r\n', 'CONNECT'), verdict: 0, reason: 'this is no proxy' },
  { input: 'unknown method', request: get('/mcp', 'Host: localhost\r\n', 'BREW'), verdict: 400, reason: 'not HTTP' },
  { input: 'other path', request: get('/mcp/'), verdict: 404, reason: 'one endpoint', says: /The MCP endpoint is \/mcp/ },
  { input: 'encoded path', request: get('/%6dcp'), verdict: 404, reason: 'paths compare as they are' },
  { input: 'upper case path', request: get('/MCP'), verdict: 404, reason: 'paths compare as they are' },
  { input: 'POST /livez', request: get('/livez', 'Host: localhost\r\n', 'POST'), verdict: 405, reason: 'GET only' },
  { input: 'large headers', request: get('/', `Host: localhost\r\n${many(10, 5_000)}`), verdict: 431, reason: '16 KiB of headers' },
  {
    input: 'a megabyte of headers',
    request: get('/', `Host: localhost\r\n${many(100, 10_000)}`),
    verdict: 431,
    reason: '16 KiB of headers',
  },
  {
    input: 'many headers before an Origin',
    request: withHeaders({}).replace('\r\n', `\r\n${many(250, 1)}Origin: https://evil.example\r\n`),
    verdict: 431,
    reason: 'Node would drop what is beyond its count',
  },
  {
    input: 'livez from anywhere',
    request: get('/livez', 'Host: 10.1.2.3:3101\r\n'),
    verdict: 200,
    reason: 'a kubelet sends the address of the pod',
  },
  {
    input: 'readyz from anywhere',
    request: get('/readyz', 'Host: 10.1.2.3:3101\r\n'),
    verdict: 200,
    reason: 'a kubelet sends the address of the pod',
  },
  {
    input: 'healthz from loopback behind a public URL',
    request: get('/healthz'),
    verdict: 403,
    reason: 'a proxy here makes everybody local',
    says: /--public-metrics/,
  },
  {
    input: 'upgrade',
    request: get('/mcp', 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'),
    verdict: 405,
    reason: 'nothing to upgrade to',
  },
  { input: 'not HTTP', request: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', verdict: 400, reason: 'TLS on a plain port' },
];

/** Judged by a server that is not behind a proxy. */
const pages: readonly Row[] = [
  { input: 'healthz from loopback', request: get('/healthz'), verdict: 200, reason: 'loopback', says: /"uptime_seconds"/ },
  {
    input: 'healthz from a rebound name',
    request: get('/healthz', 'Host: evil.example\r\n'),
    verdict: 403,
    reason: 'DNS rebinding',
    says: /--public-metrics/,
  },
  {
    input: 'metrics through a proxy',
    request: get('/metrics', 'Host: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n'),
    verdict: 403,
    reason: 'the client is elsewhere',
  },
  {
    input: 'metrics for a foreign page',
    request: get('/metrics', 'Host: localhost\r\nOrigin: https://evil.example\r\n'),
    verdict: 403,
    reason: 'not on the list',
  },
];

let server: Awaited<ReturnType<typeof startHttp>>;
let direct: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  const config = {
    allowHost: ['internal.example'],
    allowOrigin: ['https://app.example.com', 'moz-extension://abc'],
    publicUrl: 'https://mcp.example.com',
  };
  server = await startHttp(config, { maxBodyBytes });
  direct = await startHttp();
});

afterAll(async () => {
  await server.stop();
  await direct.stop();
});

describe.each([
  { table: 'Host', rows: hosts },
  { table: 'Origin', rows: origins },
  { table: 'body', rows: bodies },
  { table: 'request', rows: requests },
  { table: 'health page', rows: pages, isDirect: true },
])('attacks by $table', ({ rows, isDirect }) => {
  it.each(rows)('$input -> $verdict: $reason', async ({ request, verdict, says = /./ }) => {
    const answer = await sendRaw((isDirect === true ? direct : server).port, request, {
      waitMs: 100,
      dripMs: typeof request === 'string' ? 0 : 20,
    });
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: verdict,
      text: verdict === 0 ? '' : expect.stringMatching(says),
    });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

it('answers pipelined requests in order', async () => {
  const answer = await sendRaw(server.port, [1, 2, 3].map((id) => post(echoBody(`number ${id}`))).join(''));
  expect(answer.text.match(/number \d/g)).toEqual(['number 1', 'number 2', 'number 3']);
});

it('still answers after all of this', async () => {
  expect((await sendRaw(server.port, post(ok))).status).toBe(200);
});
