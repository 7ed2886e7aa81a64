import { connect, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isAppError } from '@trellis-mcp/errors';
import { freePort, spawnProbe, startRedis, type TestInstance, until } from '@trellis-mcp/test-services';
import { openRedis } from './open-redis.ts';
import { openRedisKeyStore } from './redis-key-store.ts';

let server: TestInstance;
const ttlMs = 60_000;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** Passes bytes on, until told to cut the connection in place of the answer to a command. */
async function startProxy(target: URL): Promise<AsyncDisposable & { port: number; cutAtAnswerTo: (command: string) => void }> {
  let awaited: string | undefined;
  const sockets = new Set<Socket>();
  const proxy = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    let isCut = false;
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    inner.on('data', (data) => {
      isCut ||= awaited !== undefined && data.toString().includes(`${awaited}\r\n`);
      outer.write(data);
    });
    outer.on('data', (data) => {
      if (!isCut) return void inner.write(data);
      awaited = undefined;
      inner.destroy();
      outer.destroy();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  return {
    port,
    cutAtAnswerTo: (command) => (awaited = command),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

interface Seen {
  answers: number;
  readonly errors: unknown[];
  slowestMs: number;
}

/** Calls in a loop until `isOver`, counting answers and keeping what failed. */
async function callUntil(call: () => Promise<unknown>, isOver: () => boolean, seen: Seen): Promise<void> {
  while (!isOver()) {
    const started = performance.now();
    try {
      await call();
      seen.answers += 1;
    } catch (error) {
      seen.errors.push(error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - started);
  }
}

async function healed(call: () => Promise<unknown>): Promise<void> {
  await until(() =>
    call().then(
      () => true,
      () => false,
    ),
  );
}

it.each(['killed', 'frozen'])('fails as retryable UPSTREAM while Redis is %s under load, and heals by itself', async (how) => {
  await using redis = await openRedis(server.url, { commandTimeoutMs: 1_000 });
  const store = openRedisKeyStore(redis);
  let isOver = false;
  const seen = Array.from({ length: 10 }, (): Seen => ({ answers: 0, errors: [], slowestMs: 0 }));
  const loads = seen.map((each, index) =>
    callUntil(
      () => store.update(`load${String(index)}`, (current) => `${current ?? ''}.`.slice(-9), { ttlMs }),
      () => isOver,
      each,
    ),
  );
  await until(() => seen.every(({ answers }) => answers > 0));
  await (how === 'killed' ? server.kill() : server.pause());
  await until(() => !redis.isHealthy && seen.every(({ errors }) => errors.length > 1));
  // One of two may be sent to see whether Redis is back.
  const failed = await Promise.all([store.get('x'), store.get('x')].map((call) => call.catch((error: unknown) => error)));
  expect(failed).toMatchObject([
    { code: 'UPSTREAM', retryable: true },
    { code: 'UPSTREAM', retryable: true },
  ]);
  expect(failed).toContainEqual(
    expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringContaining('Not tried') }) }),
  );
  await (how === 'killed' ? server.restart() : server.resume());
  await healed(() => store.set('healed', 'yes', { ttlMs }));
  await until(() => redis.isHealthy);
  isOver = true;
  await Promise.all(loads);
  const errors = seen.flatMap((each) => each.errors);
  expect(errors.filter((error) => !isAppError(error) || error.code !== 'UPSTREAM' || error.retryable !== true)).toEqual([]);
  // Silence is cut after a second; a busy machine may take far longer, but not as long as a call that nobody ends.
  expect(Math.max(...seen.map(({ slowestMs }) => slowestMs))).toBeLessThan(10_000);
  expect(await store.get('healed')).toBe('yes');
  expect(redis.isHealthy).toBe(true);
});

it('writes once when the answer to a write is lost', async () => {
  await using proxy = await startProxy(new URL(server.url));
  const url = new URL(server.url);
  url.port = String(proxy.port);
  await using redis = await openRedis(url.href);
  const store = openRedisKeyStore(redis);
  await store.set('once', '1', { ttlMs });
  const increment = (): Promise<string | undefined> => store.update('once', (current) => String(Number(current) + 1), { ttlMs });
  proxy.cutAtAnswerTo('eval');
  await expect(increment()).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  await healed(() => redis.ping());
  expect(await store.get('once')).toBe('2');
  expect(await increment()).toBe('3');
});

it('receives what is published, also after Redis was restarted', async () => {
  await using redis = await openRedis(server.url);
  const heard: string[] = [];
  redis.subscriber.on('message', (_channel, message) => heard.push(message));
  await redis.subscriber.subscribe('news');
  await redis.run((command) => command.publish('news', 'one'));
  await until(() => heard.includes('one'));
  await server.restart();
  const publishTwo = async (): Promise<void> => {
    await redis.run((command) => command.publish('news', 'two'));
    if (!heard.includes('two')) throw new Error('not yet');
  };
  await healed(publishTwo);
});

it('leaks no password and no argument through an error', async () => {
  const wrong = new URL(server.url);
  wrong.password = 'hunter2-and-more';
  const seen: unknown[] = [];
  const refused = await openRedis(wrong.href, { onError: (error) => seen.push(error) }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'UPSTREAM', retryable: false, message: 'Redis refused access.' });
  await using redis = await openRedis(server.url);
  await redis.run((command) => command.lpush('list', 'v'));
  const failed = await redis.run((command) => command.set('k', 'secret-value', 'PX', -1)).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'UPSTREAM', retryable: false });
  const wrongType = await redis.run((command) => command.get('list')).catch((error: unknown) => error);
  expect(wrongType).toMatchObject({ code: 'UPSTREAM', retryable: false });
  expect(redis.isHealthy).toBe(true);
  const shown = inspect([seen, refused, failed, wrongType], { depth: 9, showHidden: true });
  expect(shown).not.toContain('hunter2');
  expect(shown).not.toContain('secret-value');
  expect(shown).not.toContain(new URL(server.url).password);
});

it('rejects when nothing listens, or what listens does not answer, and leaves nothing running', async () => {
  const nobody = `redis://:pass@127.0.0.1:${String(await freePort())}`;
  const failed = await openRedis(nobody).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'UPSTREAM', retryable: true, cause: { code: 'ECONNREFUSED' } });
  await server.pause();
  try {
    const started = performance.now();
    await expect(openRedis(server.url, { commandTimeoutMs: 300, connectTimeoutMs: 300 })).rejects.toMatchObject({ code: 'UPSTREAM' });
    expect(performance.now() - started).toBeLessThan(10_000);
  } finally {
    await server.resume();
  }
});

it.each(['living', 'dead', 'frozen'])('closes within two seconds when Redis is %s, and lets the process end', async (state) => {
  const program = `
    import { openRedis } from '@trellis-mcp/stores';
    const redis = await openRedis(process.argv[1], { commandTimeoutMs: 1000 });
    await redis.subscriber.subscribe('c');
    redis.command.get('x').catch(() => {});
    console.log('open');
    process.stdin.once('data', async () => { await redis.close(); await redis.close(); process.stdin.destroy(); });`;
  const args = ['--conditions=@trellis-mcp/source', '--input-type=module', '-e', program, server.url];
  await using probe = await spawnProbe(process.execPath, args, { cwd: import.meta.dirname });
  await probe.waitForStdout('open');
  if (state === 'dead') await server.kill();
  if (state === 'frozen') await server.pause();
  try {
    const started = performance.now();
    probe.stdin.write('close\n');
    const exit = await probe.exit;
    expect([exit, probe.stderr]).toEqual([{ code: 0, signal: null }, '']);
    expect(performance.now() - started).toBeLessThan(10_000);
  } finally {
    await (state === 'frozen' ? server.resume() : server.restart());
  }
});

it('answers LIMIT when Redis is full, leaks nothing, and still reads', async () => {
  const small = await startRedis({ settings: { maxmemory: '4mb', 'maxmemory-policy': 'noeviction' } });
  try {
    await using redis = await openRedis(small.url);
    const store = openRedisKeyStore(redis);
    await store.set('kept', 'v', { ttlMs });
    const refusals: unknown[] = [];
    for (let index = 0; refusals.length < 10; index += 1) {
      await store.set(`k${String(index)}`, 'secret-value'.repeat(10_000), { ttlMs }).catch((error: unknown) => refusals.push(error));
    }
    expect(refusals).toMatchObject(refusals.map(() => ({ code: 'LIMIT', retryable: true })));
    expect(inspect(refusals, { depth: 9, showHidden: true })).not.toContain('secret-value');
    expect(redis.isHealthy).toBe(true);
    expect(await store.get('kept')).toBe('v');
  } finally {
    await small.stop();
  }
});
