import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startRedis } from '@trellis-mcp/test-services';
import { spawnApp, spawnHttpApp } from './fixture/spawn-app.ts';
import { modernCall } from './jsonrpc.ts';

describe('a server that cannot start', () => {
  it.each([
    { reason: 'a wrong flag', args: ['--prot', '1'], code: 64, says: /--prot is not a flag\. Did you mean --port/ },
    { reason: 'a wrong command', args: ['doctr'], code: 64, says: /doctor/ },
    { reason: 'a wrong value', args: ['--port', '99999'], code: 78, says: /--port/ },
    { reason: 'an unknown tool', args: ['--tools', 'nope'], code: 78, says: /nope/ },
    { reason: 'a log file that cannot be', args: ['--log-file', '/etc/passwd/log'], code: 78, says: /could not start/ },
    {
      reason: 'an open door',
      args: ['--transport', 'http', '--host', '0.0.0.0'],
      code: 78,
      says: /--host.*--allow-unauthenticated/,
    },
    { reason: 'an address of another machine', args: ['--transport', 'http', '--host', '203.0.113.1'], code: 78, says: /--host/ },
    { reason: 'Redis that is not there', args: ['--redis-url', 'redis://user:hunter2@127.0.0.1:1'], code: 69, says: /could not start/ },
  ])('because of $reason says so in a line and exits with $code', async ({ args, code, says }) => {
    await using probe = await spawnApp(args);
    expect(await probe.exit).toEqual({ code, signal: null });
    expect(probe.stderr).toMatch(says);
    expect(probe.stderr).not.toMatch(/hunter2/);
    expect(probe.stdout).toBe('');
  });

  it('because its port is taken exits with 69 and names the flag', async () => {
    await using first = await spawnHttpApp();
    await using second = await spawnApp(['--transport', 'http', '--port', String(first.port)]);
    const line = await second.waitForStderr(/could not start/);
    expect(line).toBe(
      `trellis-fixture could not start: Port ${first.port} is in use. Choose another one with --port (TRELLIS_PORT), or --port 0 for a free one.`,
    );
    expect(await second.exit).toEqual({ code: 69, signal: null });
  });
});

describe('a server with stores', () => {
  it('stops with code 0 while Redis is connected', async () => {
    const redis = await startRedis();
    await using probe = await spawnApp(['--redis-url', redis.url]);
    probe.stdin.write(modernCall(1, 'say_hello'));
    await probe.waitForStdout(/"id":1\b/);
    probe.kill('SIGTERM');
    expect(await probe.exit).toEqual({ code: 0, signal: null });
    await redis.stop();
  });

  it('is not ready while Redis is away, and heals', async () => {
    const redis = await startRedis();
    await using probe = await spawnHttpApp(['--redis-url', redis.url]);
    const isReady = async (): Promise<number> => (await fetch(new URL('/readyz', probe.url))).status;
    expect(await isReady()).toBe(200);
    await redis.kill();
    await expectSoon(isReady, 503);
    await redis.restart();
    await expectSoon(isReady, 200);
    await redis.stop();
  });

  it('keeps a cache file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trellis-'));
    await using probe = await spawnApp(['--cache-path', join(folder, 'cache.db')]);
    probe.stdin.end(modernCall(1, 'say_hello'));
    expect(await probe.exit).toEqual({ code: 0, signal: null });
    await rm(folder, { recursive: true });
  });
});

describe('a principal', () => {
  it('is local on stdio and anonymous over HTTP unless it is named', async () => {
    await using local = await spawnApp();
    local.stdin.write(modernCall(1, 'say_hello'));
    expect(await local.waitForStdout(/"id":1\b/)).toMatch(/says local/);
    await using named = await spawnApp(['--principal', 'ci']);
    named.stdin.write(modernCall(1, 'say_hello'));
    expect(await named.waitForStdout(/"id":1\b/)).toMatch(/says ci/);
  });
});

async function expectSoon(read: () => Promise<number>, value: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  let last = await read();
  while (last !== value && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = await read();
  }
  expect(last).toBe(value);
}
