import { createServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startStubHttp, type StubHandler, type StubHttp } from '@trellis-mcp/test-services';
import { createEgress, type EgressOptions } from './create-egress.ts';

const zeros = Buffer.alloc(50_000_000);
const bombs = {
  gzip: gzipSync(zeros),
  brotli: brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  nested: gzipSync(gzipSync(zeros)),
};

let server: StubHttp;
let other: StubHttp;
let answer: StubHandler;

beforeAll(async () => {
  server = await startStubHttp((request, response) => answer(request, response));
  other = await startStubHttp((_request, response) => void response.end('other'));
});
afterAll(async () => {
  await server.stop();
  await other.stop();
});

/** Fetches with an egress of its own and reads the body; gives the text, or the code of the refusal. */
async function get(url: string, options: EgressOptions & { init?: RequestInit } = {}): Promise<string> {
  const { init, ...rest } = options;
  await using egress = createEgress({ allow: [server.url], timeoutMs: 10_000, ...rest });
  try {
    const response = await egress.fetch(url, init);
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

it('fetches from an allowed place', async () => {
  answer = (request, response) => void response.end(`hello ${request.method}`);
  await expect(get(server.url)).resolves.toBe('200 hello GET');
  await expect(get(server.url, { init: { method: 'POST', body: 'x' } })).resolves.toBe('200 hello POST');
});

it('judges a URL before anything is sent', async () => {
  await using egress = createEgress({ allow: ['127.0.0.1:3110'], flag: '--egress-allow' });
  for (const url of ['https://idp.example/', 'http://127.0.0.1:3110/a']) expect(() => egress.check(new URL(url))).not.toThrow();
  for (const url of ['http://idp.example/', 'http://127.0.0.1:3111/', 'https://a:b@idp.example/', 'ftp://idp.example/']) {
    expect(() => egress.check(new URL(url))).toThrow(expect.objectContaining({ code: 'DENIED' }));
  }
});

it.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://0177.0.0.1/',
  'https://127.0.0.1./',
  'https://１２７.０.０.１/',
  'https://127。0。0。1/',
  'https://%31%32%37.0.0.1/',
  'https://0/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[2002:7f00:1::]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://168.63.129.16/',
  'https://100.100.100.200/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://255.255.255.255/',
  'https://224.0.0.1/',
  'https://localhost/',
  'https://LOCALHOST/',
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'blob:https://example.com/x',
])('refuses %s', async (url) => {
  await expect(get(url)).resolves.toBe('DENIED');
});

it.each(['', '/path', '//example.com', 'https://', 'https://u:p@example.com/', 'https://exa mple.com/'])(
  'takes "%s" for no URL',
  async (url) => {
    await expect(get(url)).resolves.toBe('INVALID_INPUT');
  },
);

it.each<[string, string[]]>([
  ['loopback', ['127.0.0.1']],
  ['a public address and a private one', ['93.184.216.34', '10.0.0.1']],
  ['a private one after many public ones', [...Array.from({ length: 60 }, () => '93.184.216.34'), '::1']],
  ['a mapped private one', ['::ffff:192.168.0.1']],
  ['NAT64 of loopback', ['64:ff9b::7f00:1']],
  ['no address at all', ['not an address']],
])('refuses a name that resolves to %s', async (_title, addresses) => {
  await expect(get('https://name.test/', { lookup: async () => addresses })).resolves.toBe('DENIED');
});

it('asks for the addresses of a name once for a connection, and connects to what was judged', async () => {
  const answers = [['127.0.0.1'], ['10.0.0.1']];
  const asked: string[] = [];
  const lookup = async (hostname: string): Promise<string[]> => {
    asked.push(hostname);
    return answers[asked.length - 1] ?? [];
  };
  answer = (request, response) => void response.end(request.headers.host);
  const url = `http://name.test:${server.port}`;
  await expect(get(url, { allow: [url], lookup })).resolves.toBe(`200 name.test:${server.port}`);
  expect(asked).toEqual(['name.test']);
});

it('allows a place by the name it is given, not by its address', async () => {
  const lookup = async (): Promise<string[]> => ['127.0.0.1'];
  await expect(get(`http://evil.test:${server.port}`, { lookup })).resolves.toBe('DENIED');
  await expect(get(`https://evil.test:${server.port}`, { lookup })).resolves.toBe('DENIED');
});

it('names the place and the flag when it refuses', async () => {
  await using egress = createEgress({ flag: '--egress-allow' });
  const refusal = {
    code: 'DENIED',
    message: '[::1]:8443 is refused: it is no public address (loopback).',
    hint: 'Allow [::1]:8443 with --egress-allow.',
  };
  await expect(egress.fetch('https://[::1]:8443/secret?token=x')).rejects.toMatchObject(refusal);
});

it('says the name of the host in the TLS greeting although it connects to an address', async () => {
  const greetings: Buffer[] = [];
  const sockets = createServer((socket) =>
    socket
      .once('data', (data) => void greetings.push(data))
      .once('data', () => socket.destroy())
      .on('error', () => undefined),
  );
  await new Promise<void>((resolve) => void sockets.listen(0, '127.0.0.1', resolve));
  const { port } = sockets.address() as AddressInfo;
  await expect(get(`https://name.test:${port}/`, { allow: [`name.test:${port}`], lookup: async () => ['127.0.0.1'] })).resolves.toBe(
    'UPSTREAM',
  );
  sockets.close();
  expect(String(greetings[0])).toContain('name.test');
});

it.each<[string, StubHandler, string]>([
  ['is large and says so', (_request, response) => void response.writeHead(200, { 'content-length': 5_000_000 }).write('x'), 'LIMIT'],
  ['is large and says nothing', (_request, response) => void response.end(Buffer.alloc(2_000_000)), 'LIMIT'],
  [
    'unpacks from gzip to 50 MB',
    (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bombs.gzip),
    'LIMIT',
  ],
  [
    'unpacks from brotli to 50 MB',
    (_request, response) => void response.writeHead(200, { 'content-encoding': 'br' }).end(bombs.brotli),
    'LIMIT',
  ],
  [
    'is packed twice',
    (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bombs.nested),
    'LIMIT',
  ],
  ['never begins', () => undefined, 'TIMEOUT'],
  ['begins and stops', (_request, response) => void response.writeHead(200).write('x'), 'TIMEOUT'],
  [
    'drips',
    (request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      request.on('close', () => clearInterval(timer));
    },
    'TIMEOUT',
  ],
  [
    'has headers without end',
    (_request, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}\r\n`),
    'UPSTREAM',
  ],
  ['is no HTTP', (_request, response) => void response.socket?.end('garbage\r\n\r\n'), 'UPSTREAM'],
  [
    'is cut',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('x');
      setTimeout(() => response.destroy(), 20);
    },
    'UPSTREAM',
  ],
])('ends a body that %s', async (_title, handler, code) => {
  answer = handler;
  await expect(get(server.url, { maxBodyBytes: 1_000_000, timeoutMs: code === 'TIMEOUT' ? 300 : 10_000 })).resolves.toBe(code);
});

it('cuts what is large without reading it all', async () => {
  let written = 0;
  answer = async (_request, response) => {
    const chunk = Buffer.alloc(1_000_000);
    while (written < 200_000_000 && !response.destroyed) {
      written += chunk.length;
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    response.end();
  };
  await expect(get(server.url, { maxBodyBytes: 1_000_000, timeoutMs: 10_000 })).resolves.toBe('LIMIT');
  expect(written).toBeLessThan(50_000_000);
});

it('takes a body of exactly the limit, and none of a byte more, both ways', async () => {
  answer = (_request, response) => void response.end('x'.repeat(1_000));
  await expect(get(server.url, { maxBodyBytes: 1_000 })).resolves.toHaveLength(1_004);
  await expect(get(server.url, { maxBodyBytes: 999 })).resolves.toBe('LIMIT');
  await expect(get(server.url, { maxBodyBytes: 1_000, init: { method: 'POST', body: 'x'.repeat(1_001) } })).resolves.toBe('LIMIT');
});

it('follows no redirect unless it was asked to, and gives it back where the caller looks at it', async () => {
  answer = (request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/next' });
    response.end(request.url === '/' ? '' : 'there');
  };
  await expect(get(server.url)).resolves.toBe('DENIED');
  await expect(get(server.url, { init: { redirect: 'manual' } })).resolves.toBe('302 ');
  await expect(get(server.url, { maxRedirects: 1 })).resolves.toBe('200 there');
  await expect(get(server.url, { maxRedirects: 1, init: { redirect: 'error' } })).resolves.toBe('DENIED');
});

it.each<[string, string, string]>([
  ['a private address', 'https://10.0.0.1/', 'DENIED'],
  ['the metadata of a cloud', 'http://169.254.169.254/', 'DENIED'],
  ['a name in a scheme of files', 'file:///etc/passwd', 'DENIED'],
  ['itself without end', '/', 'LIMIT'],
  ['no URL', 'http://[', 'UPSTREAM'],
  ['a URL with a user', 'https://u:p@example.com/', 'DENIED'],
])('refuses a redirect to %s', async (_title, location, code) => {
  answer = (_request, response) => void response.writeHead(302, { location }).end();
  await expect(get(server.url, { maxRedirects: 3 })).resolves.toBe(code);
});

it('takes nothing of the caller to another origin', async () => {
  answer = (request, response) => void response.writeHead(request.url === '/307' ? 307 : 303, { location: `${other.url}/` }).end();
  const allow = [server.url, other.url];
  const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret', cookie: 'secret', accept: 'text/x' };
  const init = { method: 'POST', body: 'secret', headers };
  await expect(get(server.url, { allow, maxRedirects: 1, init })).resolves.toBe('200 other');
  const seen = other.requests.at(-1);
  expect(JSON.stringify(seen)).not.toContain('secret');
  expect(seen).toMatchObject({ method: 'GET', headers: { accept: 'text/x' } });
  await expect(get(`${server.url}/307`, { allow, maxRedirects: 1, init })).resolves.toBe('DENIED');
});

it('drops a Host header of the caller and looks at no proxy variable', async () => {
  answer = (request, response) => void response.end(request.headers.host);
  const port = await freePort();
  const before = process.env['http_proxy'];
  process.env['http_proxy'] = `http://127.0.0.1:${port}`;
  try {
    await expect(get(server.url, { init: { headers: { host: 'evil.test' } } })).resolves.toBe(`200 127.0.0.1:${server.port}`);
  } finally {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
  }
});

it('ends with the signal of the caller, while it waits and while it reads', async () => {
  answer = () => undefined;
  await expect(get(server.url, { init: { signal: AbortSignal.timeout(50) } })).resolves.toBe('CANCELLED');
  await expect(get(server.url, { init: { signal: AbortSignal.abort() } })).resolves.toBe('CANCELLED');
  answer = (_request, response) => void response.writeHead(200).write('x');
  await expect(get(server.url, { init: { signal: AbortSignal.timeout(50) } })).resolves.toBe('CANCELLED');
});

it('ends what runs when it is closed, and takes nothing more', async () => {
  answer = () => undefined;
  const egress = createEgress({ allow: [server.url] });
  const waiting = expect(egress.fetch(server.url)).rejects.toMatchObject({ code: 'CANCELLED' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await egress.close();
  await waiting;
  await expect(egress.fetch(server.url)).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('gives up a name that does not resolve in time, and one that is not there', async () => {
  const slow = { connectTimeoutMs: 50, lookup: () => new Promise<string[]>(() => undefined) };
  await expect(get('https://slow.test/', slow)).resolves.toBe('TIMEOUT');
  await expect(get('https://none.test/', { lookup: () => Promise.reject(new Error('ENOTFOUND')) })).resolves.toBe('UPSTREAM');
  await expect(get('https://empty.test/', { lookup: async () => [] })).resolves.toBe('UPSTREAM');
});

it('gives a Response that knows its URL and has every header', async () => {
  answer = (_request, response) =>
    void response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'content-type': 'application/json' }).end('{"a":1}');
  await using egress = createEgress({ allow: [server.url] });
  const response = await egress.fetch(new Request(`${server.url}/x`));
  expect(response).toBeInstanceOf(Response);
  expect([response.url, response.headers.getSetCookie(), await response.json()]).toEqual([`${server.url}/x`, ['a=1', 'b=2'], { a: 1 }]);
});

it.each([
  ['HEAD', 200],
  ['GET', 304],
])('takes the answer to %s with status %i although its length is that of a large body, which it has not', async (method, status) => {
  answer = (_request, response) => void response.writeHead(status, { 'content-length': 5_000_000 }).end();
  await expect(get(server.url, { maxBodyBytes: 1_000_000, init: { method } })).resolves.toBe(`${status} `);
});

it('refuses a status that HTTP does not have, and lets go of the connection', async () => {
  answer = (_request, response) => void response.writeHead(999, { 'content-length': 1_000_000 }).write('x');
  await using egress = createEgress({ allow: [server.url], timeoutMs: 10_000 });
  // More than there may be connections to one place.
  for (let call = 0; call < 40; call += 1) {
    await expect(egress.fetch(server.url)).rejects.toMatchObject({ code: 'UPSTREAM', message: expect.stringContaining('999') });
  }
});

it('opens no connection over TLS to a private place that is allowed for plain HTTP alone', async () => {
  await expect(get(`https://127.0.0.1:${server.port}/`)).resolves.toBe('DENIED');
});

describe('a request body that stalls', () => {
  const stalled = (onCancel: () => void): RequestInit => ({
    method: 'POST',
    body: new ReadableStream({ cancel: onCancel }),
    duplex: 'half',
  });

  it.each<[string, EgressOptions, RequestInit]>([
    ['TIMEOUT', { timeoutMs: 50 }, {}],
    ['CANCELLED', {}, { signal: AbortSignal.timeout(50) }],
  ])('ends with %s, and is let go', async (code, options, init) => {
    const cancelled = Promise.withResolvers<undefined>();
    await expect(get(server.url, { ...options, init: { ...stalled(() => cancelled.resolve(undefined)), ...init } })).resolves.toBe(code);
    await cancelled.promise;
  });

  it('ends when the way out is closed', async () => {
    const egress = createEgress({ allow: [server.url] });
    const asked = expect(
      egress.fetch(
        server.url,
        stalled(() => undefined),
      ),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    await egress.close();
    await asked;
  });
});

it('says that a request body failed', async () => {
  const body = new ReadableStream({ pull: () => Promise.reject(new Error('gone')) });
  await expect(get(server.url, { init: { method: 'POST', body, duplex: 'half' } })).resolves.toBe('INVALID_INPUT');
});
