import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { createEchoServer } from '../../test/fixture/echo-server.ts';
import { startHttp } from '../../test/fixture/start-http.ts';
import { echoBody, sendRaw } from '../../test/raw-http.ts';
import { frame, opcodes, openRaw, upgrade } from '../../test/raw-websocket.ts';
import type { Authenticate } from '../authenticate.ts';
import type { ServeHttpOptions } from '../http/serve-http.ts';
import type { WebSocketLimits } from './websocket-limits.ts';

type Server = Awaited<ReturnType<typeof startHttp>>;

const start = (
  websocket: Partial<WebSocketLimits> = {},
  options: Partial<ServeHttpOptions> & { now?: () => number } = {},
): Promise<Server> => startHttp({ websocket: true }, { websocket: { checkMs: 20, ...websocket }, ...options });

const call = (id: number, text = 'hi'): string => echoBody(text).replace('"id":1', `"id":${id}`);
const wait = (id: number, ms: number): string => call(id).replace('"echo"', '"wait"').replace('"text":"hi"', `"ms":${ms}`);
const sessions = async ({ host }: Server): Promise<number> => (await host.health.report()).active_sessions;

/** The token names the user: `ada` or `ada@acme`, with an optional lifetime: `ada/500`. */
const byName: Authenticate = ({ headers: { authorization: [authorization = ''] = [] } }) => {
  const [name = '', lifeMs] = authorization.replace('Bearer ', '').split('/');
  const [id = '', tenant] = name.split('@');
  const expiresAt = lifeMs === undefined ? undefined : Date.now() + Number(lifeMs);
  return Promise.resolve({ principal: { id, scopes: 'all', ...(tenant && { tenant }), ...(expiresAt !== undefined && { expiresAt }) } });
};
const as = (name: string) => ({ Authorization: `Bearer ${name}` });

/** Looks at nobody's token until it is opened, and counts who asked. */
function openDoor() {
  const door = Promise.withResolvers<undefined>();
  const asked: unknown[] = [];
  const authenticate: Authenticate = async ({ headers }) => {
    asked.push(headers);
    await door.promise;
    return { principal: { id: 'ada', scopes: 'all' } };
  };
  return { door, asked, authenticate };
}

describe('connections', () => {
  it('are counted as sessions, with their requests', async () => {
    await using server = await start();
    using raw = await openRaw(server.port);
    raw.send(wait(1, 10_000));
    await until(async () => (await server.host.health.report()).active_requests === 1);
    expect(await sessions(server)).toBe(1);
    raw.socket.destroy();
    await until(async () => (await sessions(server)) === 0);
    expect(await server.host.health.report()).toMatchObject({ active_requests: 0 });
  });

  it('keep their callers apart', async () => {
    await using server = await start({}, { authenticate: byName });
    using ada = await openRaw(server.port, as('ada'));
    using bob = await openRaw(server.port, as('bob'));
    for (const raw of [ada, bob, ada, bob]) raw.send(call(1 + raw.messages.length));
    await ada.waitFor(/hi modern websocket ada/);
    await bob.waitFor(/hi modern websocket bob/);
    expect([...ada.messages.filter((text) => text.includes('bob')), ...bob.messages.filter((text) => text.includes('ada'))]).toEqual([]);
  });
});

describe('too many connections', () => {
  it('are refused, all together', async () => {
    await using server = await start({ maxConnections: 2 });
    using open = new DisposableStack();
    open.use(await openRaw(server.port));
    const second = open.use(await openRaw(server.port));
    expect(await sendRaw(server.port, upgrade())).toMatchObject({ status: 503, head: expect.stringMatching(/retry-after/i) });
    second.socket.destroy();
    await until(async () => (await sessions(server)) === 1);
    open.use(await openRaw(server.port));
  });

  it('are refused for each caller, and tenants are told apart', async () => {
    await using server = await start({ maxConnectionsPerPrincipal: 1 }, { authenticate: byName });
    using open = new DisposableStack();
    open.use(await openRaw(server.port, as('ada')));
    expect(await sendRaw(server.port, upgrade('/ws', as('ada')))).toMatchObject({ status: 429 });
    for (const name of ['bob', 'ada@acme']) open.use(await openRaw(server.port, as(name)));
  });

  it('count from the moment they ask, before anybody knows who they are', async () => {
    const { door, asked, authenticate } = openDoor();
    await using server = await start({ maxConnections: 3 }, { authenticate });
    const opening = Array.from({ length: 3 }, () => openRaw(server.port));
    await until(() => asked.length === 3);
    expect(await sendRaw(server.port, upgrade())).toMatchObject({ status: 503 });
    door.resolve(undefined);
    for (const raw of await Promise.all(opening)) raw[Symbol.dispose]();
  });

  it('that end while they are looked at are forgotten', async () => {
    const { door, asked, authenticate } = openDoor();
    await using server = await start({ maxConnections: 1 }, { authenticate });
    const gone = openRaw(server.port).catch(() => undefined);
    await until(() => asked.length === 1);
    expect((await sendRaw(server.port, upgrade(), { waitMs: 50 })).status).toBe(503);
    door.resolve(undefined);
    (await gone)?.[Symbol.dispose]();
    await until(async () => (await sendRaw(server.port, upgrade(), { waitMs: 50 })).status === 101);
  });
});

describe('a token that expires', () => {
  it('ends the connection with 4401, and the calls on it', async () => {
    const [started, aborted] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const createServer = createEchoServer({ started: started.resolve, aborted: aborted.resolve });
    let aheadMs = 0;
    await using server = await start({}, { authenticate: byName, createServer, now: () => Date.now() + aheadMs });
    using raw = await openRaw(server.port, as('ada/600000'));
    raw.send(wait(1, 60_000));
    await started.promise;
    aheadMs = 600_000;
    expect(await raw.closed).toBe(4401);
    expect(await aborted.promise).toBe('wait');
  });

  it('lets no message through after its end, also between two checks', async () => {
    let aheadMs = 0;
    await using server = await start({ checkMs: 600_000 }, { authenticate: byName, now: () => Date.now() + aheadMs });
    using raw = await openRaw(server.port, as('ada/600000'));
    raw.send(call(1));
    await raw.waitFor(/hi modern/);
    aheadMs = 600_000;
    raw.send(call(2, 'late'));
    expect(await raw.closed).toBe(4401);
    expect(raw.messages.filter((text) => text.includes('late'))).toEqual([]);
  });
});

describe('a peer', () => {
  it('that never answers a ping is cut', async () => {
    await using server = await start({ pingMs: 100, pongMs: 100 });
    using raw = await openRaw(server.port);
    raw.send(call(1));
    expect(await raw.closed).toBe(4408);
    expect(raw.pings()).toBe(1);
  });

  it('that answers pings stays', async () => {
    await using server = await start({ pingMs: 250, pongMs: 20_000, messageMs: 1_000, idleMs: 60_000 });
    using raw = await openRaw(server.port);
    raw.send(call(1));
    for (let seen = 0; seen < 5; seen += 1) {
      await until(() => raw.pings() > seen);
      raw.send(frame('', { opcode: opcodes.pong }));
    }
    raw.send(call(2, 'alive'));
    await raw.waitFor(/alive/);
  });

  it('that sends its end only half way is let go', async () => {
    await using server = await start();
    using raw = await openRaw(server.port);
    raw.send(call(1));
    await raw.waitFor(/hi modern/);
    raw.socket.end();
    await until(async () => (await sessions(server)) === 0);
  });
});

describe('a client', () => {
  it('that says nothing after the handshake is cut', async () => {
    await using server = await start({ messageMs: 200 });
    using raw = await openRaw(server.port);
    expect(await raw.closed).toBe(4408);
  });

  it('that does not finish its message is cut, whatever else it sends', async () => {
    await using server = await start({ messageMs: 1_000 });
    using raw = await openRaw(server.port);
    raw.send(call(1), frame('{"jsonrpc"', { isLast: false }));
    const drip = setInterval(() => {
      raw.send(Buffer.concat([frame(' ', { opcode: opcodes.continuation, isLast: false }), frame('', { opcode: opcodes.pong })]));
    }, 50);
    expect(await raw.closed).toBe(4408);
    clearInterval(drip);
    await raw.waitFor(/hi modern/);
  });

  it('that is idle is cut, but not while a call or a subscription is open', async () => {
    await using server = await start({ idleMs: 500, messageMs: 60_000 });
    using idle = await openRaw(server.port);
    idle.send(call(1));
    using busy = await openRaw(server.port);
    busy.send(wait(1, 1_500));
    using listening = await openRaw(server.port);
    const listen = call(1)
      .replace('tools/call', 'subscriptions/listen')
      .replace('"name":"echo"', '"notifications":{"toolsListChanged":true}');
    listening.send(listen);
    await listening.waitFor(/acknowledged/);
    expect(await server.host.health.report()).toMatchObject({ open_subscriptions: 1 });
    expect(await idle.closed).toBe(4408);
    await busy.waitFor(/waited 1500/);
    expect(await busy.closed).toBe(4408);
    listening.send(call(2, 'alive'));
    await listening.waitFor(/alive/);
  });
});

describe('unfinished messages', () => {
  it('share one budget over all connections', async () => {
    await using server = await start({ maxTotalReceivedBytes: 300_000 });
    using polite = await openRaw(server.port);
    const greedy = await Promise.all(Array.from({ length: 4 }, () => openRaw(server.port)));
    for (const raw of greedy) raw.send(frame('x'.repeat(100_000), { isLast: false }));
    const codes = await Promise.race(greedy.map(({ closed }) => closed));
    expect(codes).toBe(1013);
    for (const raw of greedy) raw[Symbol.dispose]();
    await until(async () => (await sessions(server)) === 1);
    polite.send(call(1, 'x'.repeat(200_000)));
    await polite.waitFor(/xxx/);
  });
});

describe('requests without an answer', () => {
  it('that are large share one budget over all connections until they are answered', async () => {
    await using server = await start({ maxTotalReceivedBytes: 300_000 });
    using greedy = await openRaw(server.port);
    using polite = await openRaw(server.port);
    const junk = `,"junk":"${'x'.repeat(130_000)}"`;
    const large = (id: number, ms: number): string => wait(id, ms).replace(`"ms":${ms}`, `"ms":${ms}${junk}`);
    greedy.send(large(1, 60_000), large(2, 60_000));
    await until(async () => (await server.host.health.report()).active_requests === 2);
    polite.send(large(3, 0), wait(4, 0));
    expect(JSON.parse(await polite.waitFor(/"id":3/))).toMatchObject({ error: { data: { 'io.trellis/error': { code: 'LIMIT' } } } });
    await polite.waitFor(/waited 0/);
    greedy.socket.destroy();
    await until(async () => (await sessions(server)) === 1);
    polite.send(large(5, 0));
    expect(await polite.waitFor(/"id":5/)).toMatch(/waited 0/);
  });

  it('count until they are answered, whatever a cancellation says that is none', async () => {
    await using server = await start({ maxUnanswered: 1 });
    using raw = await openRaw(server.port);
    const params = { requestId: 1, reason: 5 };
    raw.send(wait(1, 300), JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }), call(2, 'early'));
    expect(JSON.parse(await raw.waitFor(/"id":2/))).toMatchObject({ error: { code: -32_000 } });
    await raw.waitFor(/waited 300/);
  });
});

describe('requests', () => {
  it('above the limit of a connection are refused, and may be sent again', async () => {
    await using server = await start({ maxUnanswered: 2 });
    using raw = await openRaw(server.port);
    raw.send(wait(1, 300), wait(2, 300), call(3, 'early'));
    expect(JSON.parse(await raw.waitFor(/"id":3/))).toMatchObject({
      error: { code: -32_000, data: { 'io.trellis/error': { code: 'LIMIT', retryable: true } } },
    });
    await raw.waitFor(/"id":2/);
    raw.send(call(4, 'later'));
    await raw.waitFor(/later/);
  });

  it('above the limit of the server are refused', async () => {
    await using server = await start();
    const end = Promise.withResolvers<undefined>();
    const others = Array.from({ length: 2_000 }, () => server.host.lifecycle.track(() => end.promise));
    using raw = await openRaw(server.port);
    raw.send(call(1));
    await raw.waitFor(/2000 requests at the same time/);
    end.resolve(undefined);
    await Promise.all(others);
    raw.send(call(2));
    await raw.waitFor(/hi modern/);
  });

  it('for changes need the scopes, and stay small', async () => {
    const missingListenScopes = (_principal: unknown, uris: readonly string[]) => (uris.includes('test://secret') ? ['db:read'] : []);
    await using server = await start({}, { missingListenScopes });
    using raw = await openRaw(server.port);
    const listen = (id: number, uris: readonly string[]): string =>
      call(id)
        .replace('tools/call', 'subscriptions/listen')
        .replace('"name":"echo"', `"notifications":{"resourceSubscriptions":${JSON.stringify(uris)}}`);
    raw.send(listen(1, ['test://secret']));
    expect(await raw.waitFor(/"id":1,/)).toMatch(/DENIED.*resources\/list|db:read/);
    const many = Array.from({ length: 1_000 }, (_, index) => `test://${'x'.repeat(100)}${index}`);
    raw.send(listen(2, many), listen(3, many), listen(4, many));
    expect(await raw.waitFor(/"id":4,/)).toMatch(/262144 characters at most/);
  });
});

describe('the drain', () => {
  it('answers what runs, refuses what comes, and ends with 1001', async () => {
    const server = await start();
    using raw = await openRaw(server.port);
    raw.send(wait(1, 4_000));
    await until(async () => (await server.host.health.report()).active_requests === 1);
    const stopped = server.stop();
    await sleep(100);
    raw.send(call(2, 'late'));
    expect(await raw.waitFor(/"id":2/)).toMatch(/shutting down/);
    expect(await sendRaw(server.port, upgrade())).toMatchObject({ status: 503, body: expect.stringMatching(/shutting down/) });
    await raw.waitFor(/waited 4000/);
    expect(await raw.closed).toBe(1001);
    expect(await stopped).toBe(0);
  });

  it('ends subscriptions with a result', async () => {
    const server = await start();
    using raw = await openRaw(server.port);
    raw.send(call(7).replace('tools/call', 'subscriptions/listen').replace('"name":"echo"', '"notifications":{"toolsListChanged":true}'));
    await raw.waitFor(/acknowledged/);
    expect(await server.stop()).toBe(0);
    expect(JSON.parse(await raw.waitFor(/"id":7/))).toMatchObject({ id: 7, result: {} });
    expect(await raw.closed).toBe(1001);
  });

  it('is not held up by a peer that neither reads nor answers', async () => {
    const server = await start();
    using raw = await openRaw(server.port);
    raw.socket.pause();
    raw.send(...Array.from({ length: 40 }, (_, index) => call(index + 1, 'x'.repeat(500_000))));
    await sleep(500);
    // A drain that waits for it ends after 30 seconds, with another code.
    const began = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
