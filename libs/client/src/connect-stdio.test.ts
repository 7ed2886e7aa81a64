import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnProbe, until } from '@trellis-mcp/test-services';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Connection } from './connection.ts';

const open: Connection[] = [];
const script = (name: string): string => fileURLToPath(new URL(`../test/${name}`, import.meta.url));

/** Node keeps what it compiled of the program where the tests say. */
const cache = Object.fromEntries(Object.entries(process.env).filter(([name]) => name === 'NODE_COMPILE_CACHE')) as Record<string, string>;

function spawnBare(options: ConnectOptions = {}, onStderr: (text: string) => void = () => undefined): Promise<Connection> {
  const env = { GREETING: 'hello', ...cache };
  return connect({ stdio: { command: process.execPath, args: [script('bare-stdio.ts')], env, onStderr } }, options);
}

async function bare(options: ConnectOptions = {}, onStderr?: (text: string) => void): Promise<Connection> {
  return keep(await spawnBare(options, onStderr));
}

function odd(mode: string, options: ConnectOptions = {}): Promise<Connection> {
  return connect({ stdio: { command: process.execPath, args: [script('odd-server.ts'), mode] } }, options);
}

function keep(connection: Connection): Connection {
  open.push(connection);
  return connection;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

describe.each(['modern', 'legacy'] as const)('a spawned server in the %s era', (era) => {
  let connection: Connection;
  let stderr = '';
  const logged: unknown[] = [];

  beforeAll(async () => {
    const onAsk: ConnectOptions['onAsk'] = () => Promise.resolve({ action: 'accept', content: { name: 'Ada' } });
    connection = await spawnBare({ era, onAsk, onLog: ({ data }) => logged.push(data) }, (text) => void (stderr += text));
  });

  afterAll(async () => {
    await connection.close();
  });

  it('lists, calls, reads and prompts', async () => {
    expect(connection.era).toBe(era);
    expect(connection.server).toMatchObject({ implementation: { name: 'bare', version: '1.2.3' }, instructions: 'Only for tests.' });
    expect((await connection.listTools()).map(({ name }) => name)).toContain('add');
    expect(await connection.callTool('add', { a: 1, b: 2 })).toMatchObject({ data: { sum: 3 }, text: '3', failed: false });
    expect(await connection.listResources()).toHaveLength(1);
    expect(await connection.readResource('test://note')).toMatchObject([{ text: 'noted' }]);
    expect((await connection.getPrompt('greet', { name: 'Ada' })).messages[0]?.content).toEqual({ type: 'text', text: 'Greet Ada.' });
  });

  it('gives back the error of a Trellis server whole', async () => {
    await expect(connection.callTool('refuse')).rejects.toMatchObject({
      name: 'AppError',
      code: 'LIMIT',
      message: 'Too many rows.',
      hint: 'Ask for less.',
      retryable: false,
      retryAfterMs: 5,
      details: { limit: 10 },
    });
  });

  it('names the kind of every other failure', async () => {
    await expect(connection.callTool('crash')).rejects.toMatchObject({ code: 'UPSTREAM', message: 'plain failure' });
    await expect(connection.readResource('test://nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(connection.callTool('no_such_tool')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(connection.callTool('wait', { ms: 5000 }, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  describeCalls({ connection: () => connection, logged, said: () => stderr });
});

interface Heard {
  readonly connection: () => Connection;
  readonly logged: readonly unknown[];
  /** What the server wrote to stderr. */
  readonly said: () => string;
}

function describeCalls({ connection, logged, said }: Heard): void {
  it('carries the cancellation of a running call to the server', async () => {
    const controller = new AbortController();
    const call = connection().callTool('wait', { ms: 60_000 }, { signal: controller.signal });
    await until(() => said().includes('waiting'));
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => said().includes('aborted'));
  });

  it('reports the progress and the log messages of a running call', async () => {
    const progress: number[] = [];
    await connection().callTool('count', {}, { onProgress: (report) => progress.push(report.progress) });
    expect(progress).toEqual([1, 2, 3]);
    expect(logged).toEqual(['counted']);
  });

  it('has its questions answered during a call', async () => {
    expect((await connection().callTool('ask_name')).text).toBe('Hello Ada');
  });
}

it('asks the server for its era unless told', async () => {
  expect((await bare()).era).toBe('modern');
  expect(keep(await odd('polite')).era).toBe('legacy');
});

it('starts a server again that ends when it is asked for its era', async () => {
  expect(keep(await odd('strict')).era).toBe('legacy');
});

it('passes over a line that is not JSON-RPC', async () => {
  const connection = keep(await odd('polite', { era: 'legacy' }));
  expect(connection.server.implementation?.name).toBe('odd');
});

it('passes no variable of this process beyond the safe list', async () => {
  process.env['TRELLIS_SECRET_OF_THE_HOST'] = 'x';
  const connection = await bare();
  const seen = JSON.parse((await connection.callTool('environment')).text) as Record<string, string>;
  delete process.env['TRELLIS_SECRET_OF_THE_HOST'];
  expect(seen['GREETING']).toBe('hello');
  expect(Object.keys(seen).filter((name) => name.includes('SECRET'))).toEqual([]);
});

it('tells what a server wrote that ended at once, in the cause', async () => {
  const failure = odd('dies', { era: 'legacy' });
  await expect(failure).rejects.toMatchObject({ code: 'UPSTREAM', cause: { message: expect.stringContaining('no database at Zoë') } });
});

it('rejects when the command does not exist', async () => {
  const failure = connect({ stdio: { command: 'trellis-no-such-command' } });
  await expect(failure).rejects.toMatchObject({ code: 'UPSTREAM', message: expect.stringContaining('ENOENT') });
});

it.each(['modern', 'legacy', 'auto'] as const)('gives up a silent server after the deadline (%s)', async (era) => {
  const started = Date.now();
  await expect(odd('silent', { era, timeoutMs: 300 })).rejects.toMatchObject({ name: 'AppError' });
  expect(Date.now() - started).toBeLessThan(20_000);
});

it('gives up at once when its signal aborts', async () => {
  const failure = odd('silent', { signal: AbortSignal.timeout(200) });
  await expect(failure).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(odd('silent', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('leaves no process behind, even one that ignores the end of stdin and SIGTERM', async () => {
  const connection = await odd('stubborn', { era: 'legacy' });
  const { pid } = connection;
  expect(isAlive(pid)).toBe(true);
  await connection.close();
  await until(() => !isAlive(pid));
});

it('takes the server along when the host exits without closing', async () => {
  const host = await spawnProbe(process.execPath, ['--conditions=@trellis-mcp/source', script('careless-host.ts')]);
  const pid = Number(await host.waitForStdout(/^\d+$/));
  expect(await host.exit).toMatchObject({ code: 0 });
  await until(() => !isAlive(pid));
});

it.each(['modern', 'legacy'] as const)('rejects running calls when the %s server dies, and says that all is closed', async (era) => {
  let stderr = '';
  const connection = await bare({ era }, (text) => void (stderr += text));
  const subscription = await connection.subscribe(['test://note'], () => undefined);
  const call = connection.callTool('wait', { ms: 60_000 });
  const outcome = expect(call).rejects.toMatchObject({ code: 'UPSTREAM', retryable: true });
  await until(() => stderr.includes('waiting'));
  process.kill(connection.pid ?? 0, 'SIGKILL');
  await outcome;
  await Promise.all([connection.closed, subscription.closed]);
  await expect(connection.listTools()).rejects.toMatchObject({ code: 'UPSTREAM' });
});

it('delivers resource updates to an older server until the subscription is closed', async () => {
  const connection = await bare({ era: 'legacy' });
  const updated = Promise.withResolvers<string>();
  const subscription = await connection.subscribe(['test://note'], updated.resolve);
  expect(await updated.promise).toBe('test://note');
  await subscription.close();
  await subscription.closed;
});

it('leaves no subscription behind at an older server when one of its resources is refused', async () => {
  let stderr = '';
  const connection = await bare({ era: 'legacy' }, (text) => void (stderr += text));
  await expect(connection.subscribe(['test://note', 'test://missing'], () => undefined)).rejects.toMatchObject({ code: 'UPSTREAM' });
  await until(() => stderr.includes('unsubscribed test://note'));
});

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error('The connection has no process.');
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
