import { describe, expect, it } from '@jest/globals';
import { waitGone, type Probe } from '@trellis-mcp/test-services';
import { spawnApp, spawnBelowShell, spawnHttpApp } from './fixture/spawn-app.ts';
import { legacyCall, legacyOpening, modernCall } from './jsonrpc.ts';

const slow = 60_000;
/** The 2 s in which a server is gone, on a machine that has much else to do. */
const goneMs = 5 * 2_000;

/** Ends the server, then checks that it and everything it started are gone in time. */
async function endAndWait(probe: Probe, end: () => unknown): Promise<{ code: number | null; durationMs: number; left: number[] }> {
  const pids = [probe.pid, ...(await probe.descendants())];
  const startedAt = performance.now();
  end();
  const { code } = await probe.exit;
  const durationMs = performance.now() - startedAt;
  return { code, durationMs, left: await waitGone(pids, goneMs) };
}

async function openIdle(probe: Probe): Promise<void> {
  probe.stdin.write(modernCall(1, 'say_hello'));
  await probe.waitForStdout(/"id":1\b/);
}

async function openBusy(probe: Probe, ms: number): Promise<void> {
  await openIdle(probe);
  probe.stdin.write(modernCall(2, 'wait_for', { ms }));
  await probe.waitForStderr(/waiting/);
}

const hostGone = [
  { way: 'stdin ends', end: (probe: Probe) => probe.stdin.end() },
  { way: 'stdout is closed and written to', end: (probe: Probe) => (probe.closeStdout(), probe.stdin.write(modernCall(9, 'say_hello'))) },
];
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

describe('an idle stdio server', () => {
  it.each(hostGone)('is gone within 2 s with code 0 when $way', async ({ end }) => {
    await using probe = await spawnApp();
    await openIdle(probe);
    const { code, durationMs, left } = await endAndWait(probe, () => end(probe));
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(durationMs).toBeLessThan(goneMs);
  });

  // The other signals take the same way; libs/lifecycle has a table of them, and busy servers here, too.
  it('is gone within 2 s with code 0 on SIGTERM', async () => {
    await using probe = await spawnApp();
    await openIdle(probe);
    const { code, durationMs, left } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(durationMs).toBeLessThan(goneMs);
  });

  it('is gone within 2 s when its parent is killed', async () => {
    await using shell = await spawnBelowShell();
    const server = Number(/server (\d+)/.exec(await shell.waitForStderr(/server \d+/))?.[1]);
    shell.stdin.write(modernCall(1, 'say_hello'));
    await shell.waitForStdout(/"id":1\b/);
    const pids = await shell.descendants();
    expect(pids).toContain(server);
    shell.kill('SIGKILL');
    expect(await waitGone(pids, goneMs)).toEqual([]);
  });
});

describe('a busy stdio server', () => {
  it.each(hostGone)('aborts its calls and is gone within 2 s when $way', async ({ end }) => {
    await using probe = await spawnApp();
    await openBusy(probe, slow);
    const { code, durationMs, left } = await endAndWait(probe, () => end(probe));
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(durationMs).toBeLessThan(goneMs);
    expect(probe.stderr).toMatch(/"aborted":true/);
  });

  it.each(signals)('answers its calls before it goes on %s', async (signal) => {
    await using probe = await spawnApp();
    await openBusy(probe, 800);
    const { code, left } = await endAndWait(probe, () => probe.kill(signal));
    expect(probe.stdout).toMatch(/"waitedMs":800/);
    expect({ code, left }).toEqual({ code: 0, left: [] });
  });

  it('answers a 2025-era client, too', async () => {
    await using probe = await spawnApp();
    probe.stdin.write(legacyOpening);
    probe.stdin.write(legacyCall(2, 'wait_for', { ms: 500 }));
    await probe.waitForStderr(/waiting/);
    const { code } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect(probe.stdout).toMatch(/"waitedMs":500/);
    expect(code).toBe(0);
  });

  it('goes with code 70 when the drain runs out, and aborts the call', async () => {
    await using probe = await spawnApp(['--drain-timeout-ms', '300']);
    await openBusy(probe, slow);
    const { code, durationMs, left } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect({ code, left }).toEqual({ code: 70, left: [] });
    expect(durationMs).toBeLessThan(goneMs);
    expect(probe.stderr).toMatch(/"aborted":true/);
  });

  it('goes at once with 128 + n on the second signal', async () => {
    await using probe = await spawnApp();
    await openBusy(probe, slow);
    probe.kill('SIGTERM');
    await probe.waitForStderr(/Stopping/);
    probe.kill('SIGINT');
    expect(await probe.exit).toEqual({ code: 130, signal: null });
  });
});

describe('an HTTP server', () => {
  it.each(signals)('answers running calls, says not ready, and goes with code 0 on %s', async (signal) => {
    await using probe = await spawnHttpApp();
    const running = callOverHttp(probe.url, 2_500);
    await probe.waitForStderr(/waiting/);
    const gone = endAndWait(probe, () => probe.kill(signal));
    await probe.waitForStderr(/Stopping/);
    const ready = await fetch(new URL('/readyz', probe.url));
    const live = await fetch(new URL('/livez', probe.url));
    expect([ready.status, live.status]).toEqual([503, 200]);
    expect(await running).toMatch(/"waitedMs":2500/);
    const { code, left } = await gone;
    expect({ code, left }).toEqual({ code: 0, left: [] });
  });

  it('is gone within 2 s on SIGTERM when it is idle, with keep-alive connections open', async () => {
    await using probe = await spawnHttpApp();
    await callOverHttp(probe.url, 0);
    const { code, durationMs } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect(code).toBe(0);
    expect(durationMs).toBeLessThan(goneMs);
  });

  it('ends subscriptions with a result', async () => {
    await using probe = await spawnHttpApp();
    const response = await fetch(probe.url, {
      method: 'POST',
      headers: { ...httpHeaders, 'mcp-method': 'subscriptions/listen' },
      body: listenBody,
    });
    const { durationMs, code } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect(await response.text()).toMatch(/"resultType":"complete"/);
    expect(code).toBe(0);
    expect(durationMs).toBeLessThan(goneMs);
  });
});

describe('an HTTP server without', () => {
  it('time to drain goes with code 70', async () => {
    await using probe = await spawnHttpApp(['--drain-timeout-ms', '300']);
    const running = callOverHttp(probe.url, slow).catch((error: unknown) => String(error));
    await probe.waitForStderr(/waiting/);
    const { code, durationMs } = await endAndWait(probe, () => probe.kill('SIGTERM'));
    expect(code).toBe(70);
    expect(durationMs).toBeLessThan(goneMs);
    await running;
    expect(probe.stderr).toMatch(/"aborted":true/);
  });

  it('a terminal goes on', async () => {
    await using probe = await spawnHttpApp();
    probe.stdin.end();
    probe.closeStdout();
    expect(await callOverHttp(probe.url, 600)).toMatch(/"waitedMs":600/);
  });
});

const httpHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
};
const listenBody = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'subscriptions/listen',
  params: {
    notifications: { toolsListChanged: true },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

async function callOverHttp(url: string, ms: number): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...httpHeaders, 'mcp-method': 'tools/call', 'mcp-name': 'wait_for' },
    body: modernCall(1, 'wait_for', { ms }),
  });
  return response.text();
}
