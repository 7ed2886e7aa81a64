import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Probe } from '@trellis-mcp/test-services';
import { appCommand, appEnv, spawnApp } from './fixture/spawn-app.ts';
import { legacyCall, legacyOpening, modernCall, modernRequest } from './jsonrpc.ts';

function expectOnlyJsonRpc(probe: Probe): void {
  for (const line of probe.stdoutLines) {
    expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  }
}

describe('stdout', () => {
  it.each([
    { mode: 'modern', opening: '', call: modernCall },
    { mode: '2025-era', opening: legacyOpening, call: legacyCall },
  ])('carries nothing but JSON-RPC in $mode mode, whatever a tool prints', async ({ opening, call }) => {
    await using probe = await spawnApp();
    probe.stdin.write(opening);
    probe.stdin.write(call(1, 'print_lines'));
    await probe.waitForStdout(/"id":1\b/);
    probe.stdin.end();
    await probe.exit;
    expectOnlyJsonRpc(probe);
    expect(probe.stderr).toMatch(/a banner of a dependency\nmore of it\nno newlinebytes\n/);
  });

  it.each(['pretty', 'json'])('stays clean with --log-level trace --log-format %s', async (format) => {
    await using probe = await spawnApp(['--log-level', 'trace', '--log-format', format]);
    probe.stdin.write(modernCall(1, 'say_hello'));
    await probe.waitForStdout(/"id":1\b/);
    probe.kill('SIGTERM');
    await probe.exit;
    expectOnlyJsonRpc(probe);
    expect(probe.stderr).toMatch(/say_hello/);
  });

  it('stays empty when the server cannot start', async () => {
    await using probe = await spawnApp(['--port', 'many']);
    expect(await probe.exit).toEqual({ code: 78, signal: null });
    expect(probe.stdout).toBe('');
  });
});

describe('input', () => {
  let probe: Probe;

  beforeAll(async () => {
    probe = await spawnApp();
  });

  afterAll(async () => {
    await probe.stop();
  });

  it('that is no JSON-RPC is skipped, and the next line is answered', async () => {
    probe.stdin.write('hello\n{"jsonrpc":"2.0"\n[]\n42\nnull\n\n\r\n');
    probe.stdin.write(modernCall(1, 'say_hello'));
    expect(await probe.waitForStdout(/"id":1\b/)).toMatch(/Hello you/);
  });

  it('that is no valid request, but has an id, is refused under it', async () => {
    probe.stdin.write(modernCall(2, 'say_hello').replace('"_meta":{', '"_meta":{"progressToken":1.5,'));
    expect(JSON.parse(await probe.waitForStdout(/"id":2\b/))).toMatchObject({ id: 2, error: { code: -32_600 } });
    probe.stdin.write(`\ufeff${modernCall(3, 'say_hello')}`);
    expect(await probe.waitForStdout(/"id":3\b/)).toMatch(/Hello you/);
  });

  it('is read in any pieces', async () => {
    const line = modernCall(4, 'say_hello', { name: 'Zoë 🦊' });
    for (const byte of Buffer.from(line)) {
      probe.stdin.write(Buffer.of(byte));
    }
    expect(await probe.waitForStdout(/"id":4\b/)).toMatch(/Hello Zoë 🦊/);
  });

  it('that cancels a call stops it', async () => {
    probe.stdin.write(modernCall(5, 'wait_for', { ms: 60_000 }));
    await probe.waitForStderr(/waiting/);
    probe.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } })}\n`);
    await probe.waitForStderr(/"aborted":true/);
  });
});

describe('input in bulk', () => {
  let probe: Probe;

  beforeAll(async () => {
    probe = await spawnApp();
  });

  afterAll(async () => {
    await probe.stop();
  });

  it('of many calls at once is answered in full', async () => {
    const count = 500;
    const before = probe.stdoutLines.length;
    probe.stdin.write(Array.from({ length: count }, (_, index) => modernCall(1_000 + index, 'say_hello')).join(''));
    await probe.waitForStdout(() => probe.stdoutLines.length === before + count);
    const ids = probe.stdoutLines.slice(before).map((line) => (JSON.parse(line) as { id: number }).id);
    expect(new Set(ids).size).toBe(count);
  });

  it('that ends gets its quick answers', async () => {
    probe.stdin.end(modernCall(6, 'say_hello'));
    expect(await probe.exit).toEqual({ code: 0, signal: null });
    expect(probe.stdoutLines.at(-1)).toMatch(/"id":6\b.*Hello you|Hello you.*"id":6\b/);
  });
});

describe('a subscription', () => {
  it('ends with a result on SIGTERM', async () => {
    await using probe = await spawnApp();
    probe.stdin.write(modernRequest(5, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await probe.waitForStdout(/acknowledged/);
    probe.kill('SIGTERM');
    expect(await probe.exit).toEqual({ code: 0, signal: null });
    expect(probe.stdoutLines.at(-1)).toMatch(/"id":5\b.*"resultType":"complete"/);
  });
});

describe('the SDK clients', () => {
  it('are answered in the modern era', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StdioClientTransport({ ...appCommand, env: appEnv, stderr: 'ignore' }));
    const result = await client.callTool({ name: 'say_hello', arguments: {} });
    expect(result.structuredContent).toEqual({ text: 'Hello you, says local.' });
    await client.close();
  });

  it('are answered in the 2025 era', async () => {
    const client = new LegacyClient({ name: 'test', version: '1.0.0' });
    await client.connect(new LegacyTransport({ ...appCommand, env: appEnv, stderr: 'ignore' }));
    const result = await client.callTool({ name: 'say_hello', arguments: {} });
    expect(result.structuredContent).toEqual({ text: 'Hello you, says local.' });
    await client.close();
  });
});
