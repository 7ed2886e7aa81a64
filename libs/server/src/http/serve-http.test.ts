import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { until } from '@trellis-mcp/test-services';
import { createEchoServer } from '../../test/fixture/echo-server.ts';
import { startHttp } from '../../test/fixture/start-http.ts';
import { echoBody, legacyHeaders, post, sendRaw } from '../../test/raw-http.ts';

async function connectModern(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

async function connectLegacy(url: string): Promise<LegacyClient> {
  const client = new LegacyClient({ name: 'test', version: '1.0.0' });
  const transport = new LegacyTransport(new URL(url));
  await client.connect(transport);
  return client;
}

describe('eras', () => {
  it('answers the SDK client in the modern era', async () => {
    await using server = await startHttp();
    const client = await connectModern(server.url);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hi modern http anonymous' }]);
    await client.close();
  });

  it('answers a v1 client without a session', async () => {
    await using server = await startHttp();
    const client = await connectLegacy(server.url);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hi legacy http anonymous' }]);
    await client.close();
  });
});

/** What is promised, times five where other suites run beside this one. */
const abortMs = process.env['SOAK'] === '1' ? 200 : 1_000;

describe('a client that goes away', () => {
  it.each([
    { era: 'modern', headers: {}, meta: true },
    { era: '2025', headers: legacyHeaders, meta: false },
  ])('aborts its call within 200 ms in the $era era', async ({ headers, meta }) => {
    const started = Promise.withResolvers<undefined>();
    const aborted = Promise.withResolvers<number>();
    const createServer = createEchoServer({
      started: () => started.resolve(undefined),
      aborted: () => aborted.resolve(performance.now()),
    });
    await using server = await startHttp({}, { createServer });
    const body = echoBody().replace('"echo"', '"wait"').replace('"text":"hi"', '"ms":20000');
    const sent = meta ? body : body.replace(/,"_meta":\{.*\}\}\}/, '}}');
    const socket = connect(server.port, '127.0.0.1');
    socket.write(post(sent, { 'Mcp-Name': 'wait', ...headers }));
    await started.promise;
    const leftAt = performance.now();
    socket.destroy();
    expect((await aborted.promise) - leftAt).toBeLessThan(abortMs);
  });
});

describe('CORS', () => {
  const preflight = (origin: string): string =>
    `OPTIONS /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\n` +
    'Access-Control-Request-Headers: content-type, mcp-param-region, authorization, x-evil\r\n\r\n';

  it('lets the page of an allowed origin send what MCP needs and nothing else', async () => {
    await using server = await startHttp();
    const { status, head } = await sendRaw(server.port, preflight('http://localhost:5173'));
    expect(status).toBe(204);
    expect(head).toMatch(/access-control-allow-origin: http:\/\/localhost:5173\r\n/);
    expect(head).toMatch(/access-control-allow-headers: content-type, mcp-param-region, authorization\r\n/);
  });

  it('says nothing to a foreign page', async () => {
    await using server = await startHttp();
    const { status, head } = await sendRaw(server.port, preflight('https://evil.example'));
    expect(status).toBe(403);
    expect(head).not.toMatch(/access-control/i);
  });

  it('lets a page read the session id and the challenge', async () => {
    await using server = await startHttp();
    const { head } = await sendRaw(server.port, post(echoBody(), { Origin: 'http://localhost:5173' }));
    expect(head).toMatch(/access-control-expose-headers: Mcp-Session-Id, WWW-Authenticate/);
    expect(head).toMatch(/vary: Origin/);
  });
});

describe('slow clients', () => {
  it('closes a connection whose headers do not end', async () => {
    await using server = await startHttp({}, { headersTimeoutMs: 300, requestTimeoutMs: 600 });
    const parts = ['POST /mcp HTTP/1.1\r\nHost: localhost\r\n', ...Array.from({ length: 20 }, (_, index) => `X-${index}: a\r\n`)];
    const { status, isClosed } = await sendRaw(server.port, parts, { dripMs: 100, waitMs: 5_000 });
    expect({ status, isClosed }).toEqual({ status: 408, isClosed: true });
  });

  it('closes a connection whose body does not end', async () => {
    await using server = await startHttp({}, { headersTimeoutMs: 300, requestTimeoutMs: 600 });
    const parts = [post('', { 'Content-Length': '1000' }), ...Array.from({ length: 20 }, () => ' ')];
    const { status, isClosed } = await sendRaw(server.port, parts, { dripMs: 100, waitMs: 5_000 });
    expect({ status, isClosed }).toEqual({ status: 408, isClosed: true });
  });
});

describe('a client that does not send the rest of its body', () => {
  const whole = post(echoBody());

  function send(port: number, request: string): Socket {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(request);
    return socket;
  }

  const untilActive = ({ host }: Awaited<ReturnType<typeof startHttp>>, count: number): Promise<void> =>
    until(async () => (await host.health.report()).active_requests === count);

  it('does not hold up the drain', async () => {
    const server = await startHttp();
    const socket = send(server.port, whole.slice(0, -1));
    await untilActive(server, 1);
    // A drain that waits for it ends after 30 seconds, with another code.
    expect(await server.stop()).toBe(0);
    socket.destroy();
  });

  it('is told to come back when it does so during the drain', async () => {
    const server = await startHttp();
    const wait = echoBody().replace('"echo"', '"wait"').replace('"text":"hi"', '"ms":60000');
    const running = send(server.port, post(wait, { 'Mcp-Name': 'wait' }));
    const late = send(server.port, whole.slice(0, -1));
    await untilActive(server, 2);
    const stopped = server.stop();
    await until(async () => (await sendRaw(server.port, whole)).status === 503);
    late.write(whole.slice(-1));
    const [answer] = (await once(late, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 503 .*shutting down/s);
    running.destroy();
    expect(await stopped).toBe(0);
  });
});

describe('a client that does not read', () => {
  const large = echoBody('x'.repeat(16 * 1024 * 1024));

  function leaveUnread(port: number, request: string): Disposable {
    const socket = connect(port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write(request);
    return { [Symbol.dispose]: () => void socket.destroy() };
  }

  const untilActive = ({ host }: Awaited<ReturnType<typeof startHttp>>, count: number): Promise<void> =>
    until(async () => (await host.health.report()).active_requests === count);

  it('is cut, and its answer let go', async () => {
    await using server = await startHttp({}, { stalledMs: 500, maxBodyBytes: 32 * 1024 * 1024 });
    using sockets = new DisposableStack();
    sockets.use(leaveUnread(server.port, post(large)));
    await untilActive(server, 1);
    await untilActive(server, 0);
  });

  it('does not hold up the drain', async () => {
    const server = await startHttp({}, { maxBodyBytes: 32 * 1024 * 1024 });
    using sockets = new DisposableStack();
    sockets.use(leaveUnread(server.port, post(large)));
    await untilActive(server, 1);
    await sleep(500);
    // A drain that waits for it ends after 30 seconds, with another code.
    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('is told apart from one that waits for a slow call', async () => {
    await using server = await startHttp({}, { stalledMs: 100 });
    const body = echoBody().replace('"echo"', '"wait"').replace('"text":"hi"', '"ms":600');
    expect((await sendRaw(server.port, post(body, { 'Mcp-Name': 'wait' }))).text).toMatch(/waited 600/);
  });
});

describe('load', () => {
  it('is bounded by what the bodies of unanswered requests take, which holds up no small one', async () => {
    await using server = await startHttp({}, { maxHeldBytes: 300_000 });
    const wait = (ms: number, size: number): string =>
      post(
        echoBody()
          .replace('"echo"', '"wait"')
          .replace('"text":"hi"', `"ms":${ms},"junk":"${'x'.repeat(size)}"`),
        { 'Mcp-Name': 'wait' },
      );
    const held = [0, 1].map(() => connect(server.port, '127.0.0.1').on('error', () => undefined));
    for (const socket of held) socket.write(wait(60_000, 130_000));
    await until(async () => / 503 [^]*retry-after/i.test((await sendRaw(server.port, wait(0, 130_000))).text));
    expect((await sendRaw(server.port, wait(0, 10))).text).toMatch(/waited 0/);
    for (const socket of held) socket.destroy();
    await until(async () => (await sendRaw(server.port, wait(0, 130_000))).text.includes('waited 0'));
  });

  it('is not held by a subscription of any size', async () => {
    await using server = await startHttp();
    const listen = (count: number): string => {
      const resourceSubscriptions = Array.from({ length: count }, (_, index) => `test://${index}`);
      const params = { ...(JSON.parse(echoBody()) as { params: object }).params, notifications: { resourceSubscriptions } };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
      return post(body, { 'Mcp-Method': 'subscriptions/listen', 'Mcp-Name': undefined });
    };
    expect((await sendRaw(server.port, listen(100_000))).text).toMatch(/ 413 [^]*Listen for fewer resources/);
    expect((await sendRaw(server.port, listen(1_000))).status).toBe(200);
  });

  it('counts calls that run on after their client hung up', async () => {
    await using server = await startHttp();
    const end = Promise.withResolvers<undefined>();
    const calls = Array.from({ length: 2_000 }, () => server.host.lifecycle.track(() => end.promise));
    expect((await sendRaw(server.port, post(echoBody()))).text).toMatch(/503 [^]*2000 requests at the same time/);
    end.resolve(undefined);
    await Promise.all(calls);
    expect((await sendRaw(server.port, post(echoBody()))).status).toBe(200);
  });
});

describe('a port', () => {
  it('that is taken is an UPSTREAM error that names the flag', async () => {
    await using first = await startHttp();
    await expect(startHttp({ port: first.port })).rejects.toMatchObject({
      code: 'UPSTREAM',
      message: `Port ${first.port} is in use.`,
      hint: expect.stringMatching(/--port/),
    });
  });

  it('on an address of another machine is a wrong setting', async () => {
    await expect(startHttp({ host: '203.0.113.1' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringMatching(/--host/),
    });
  });

  it('is in the URL, also on IPv6', async () => {
    await using server = await startHttp({ host: '::1' });
    expect(server.url).toBe(`http://[::1]:${server.port}/mcp`);
    expect((await fetch(new URL('/livez', server.url))).status).toBe(200);
  });
});

describe('numbers', () => {
  it('counts refusals and open connections', async () => {
    await using server = await startHttp();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    await sendRaw(server.port, post(echoBody(), { Host: 'evil.example' }));
    const metrics = await fetch(new URL('/metrics', server.url));
    expect(await metrics.text()).toMatch(/reason="host"\} 1/);
    const report = await fetch(new URL('/healthz', server.url));
    expect(await report.json()).toMatchObject({ status: 'ok', active_sessions: expect.any(Number), version: '1.2.3' });
    socket.destroy();
  });
});
