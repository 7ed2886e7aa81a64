import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { recordMeasurement, spawnProbe } from '@trellis-mcp/test-services';
import { openRaw, type RawWebSocket } from '../../test/raw-websocket.ts';
import type { WebSocketLimits } from './websocket-limits.ts';

const isSoak = process.env['SOAK'] === '1';
const suite = 'server, WebSocket';
const mebibyte = 1024 * 1024;
const program = fileURLToPath(new URL('../../test/fixture/websocket-memory.ts', import.meta.url));

interface Held {
  readonly bytes: number;
  readonly heapUsed: number;
  readonly connections: number;
}

/** Starts a server of its own; what it holds is not mixed with what its clients hold. */
async function startServer(limits: Partial<WebSocketLimits>) {
  const flags = ['--expose-gc', '--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning'];
  const probe = await spawnProbe(process.execPath, [...flags, program, JSON.stringify(limits)]);
  const port = Number((await probe.waitForStdout(/^port /)).slice(5));
  let asked = 0;
  const measure = async (): Promise<Held> => {
    asked += 1;
    probe.stdin.write('\n');
    for (;;) {
      const line = probe.stdoutLines[asked];
      if (line !== undefined) return JSON.parse(line) as Held;
      await sleep(5);
    }
  };
  const measureWith = async (connections: number): Promise<Held> => {
    for (;;) {
      const held = await measure();
      if (held.connections === connections) return held;
    }
  };
  return { port, measure, measureWith, [Symbol.asyncDispose]: () => probe.stop() };
}

const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } };
const request = (id: number, method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const blob = (id: number, length: number): string => request(id, 'tools/call', { name: 'blob', arguments: { length }, _meta: modern });

/** Opens a connection and uses it once: `modern` when the number is even. */
async function openUsed(port: number, index: number): Promise<RawWebSocket> {
  const raw = await openRaw(port);
  const isModern = index % 2 === 0;
  raw.send(isModern ? request(1, 'tools/list', { _meta: modern }) : request(1, 'initialize', initialize));
  await raw.waitFor(/"result"/);
  return raw;
}

async function openMany(port: number, count: number): Promise<RawWebSocket[]> {
  const all: RawWebSocket[] = [];
  while (all.length < count) {
    const batch = Array.from({ length: Math.min(50, count - all.length) }, (_, index) => openUsed(port, index));
    all.push(...(await Promise.all(batch)));
  }
  return all;
}

it('an idle connection of either era costs less than 40 KB', async () => {
  const count = isSoak ? 1_000 : 200;
  await using server = await startServer({ maxConnectionsPerPrincipal: 1_100, maxConnections: 1_100 });
  for (const raw of await openMany(server.port, 20)) raw[Symbol.dispose]();
  const before = await server.measureWith(0);
  const open = await openMany(server.port, count);
  const after = await server.measureWith(count);
  for (const raw of open) raw[Symbol.dispose]();
  const each = (after.bytes - before.bytes) / count;
  const bound = 40_000;
  await recordMeasurement({
    suite,
    name: `heap and buffers of each of ${count} idle connections`,
    value: each / 1_000,
    unit: 'KB',
    bound: '<= 40',
  });
  expect(each).toBeLessThan(bound);
});

it('connections that come and go leave nothing behind', async () => {
  const count = isSoak ? 10_000 : 400;
  await using server = await startServer({ maxConnectionsPerPrincipal: 1_100 });
  const cycle = async (cycles: number): Promise<number> => {
    for (let done = 0; done < cycles; done += 50) {
      const open = await openMany(server.port, 50);
      for (const [index, raw] of open.entries()) {
        if (index % 3 === 0) raw.socket.end();
        else raw[Symbol.dispose]();
      }
    }
    return (await server.measureWith(0)).bytes;
  };
  await cycle(isSoak ? 1_000 : 200);
  const before = await cycle(50);
  const grown = (await cycle(count)) - before;
  await recordMeasurement({ suite, name: `growth over ${count} connections`, value: grown / mebibyte, unit: 'MiB', bound: '<= 1' });
  expect(grown).toBeLessThan(mebibyte);
});

describe('clients that read nothing', () => {
  const clients = isSoak ? 20 : 2;

  /** The most that the server holds for them, in MiB for each, until all are cut. */
  async function holdBack(limits: Partial<WebSocketLimits>): Promise<number> {
    await using server = await startServer({ stalledMs: 2_000, checkMs: 100, ...limits });
    using first = await openRaw(server.port);
    for (let id = 1; id <= 500; id += 100) {
      first.send(...Array.from({ length: 100 }, (_, index) => blob(id + index, 30_000)));
      await first.waitFor(new RegExp(`"id":${id + 99}}`));
    }
    first.socket.destroy();
    const before = await server.measureWith(0);
    const open = await Promise.all(Array.from({ length: clients }, () => openRaw(server.port)));
    for (const raw of open) {
      raw.socket.pause();
      // The padding spreads the calls over many chunks, so that the buffers of the system fill up on the way.
      raw.send(...Array.from({ length: 600 }, (_, index) => blob(index + 1, 30_000) + ' '.repeat(5_000)));
    }
    let most = 0;
    for (let held = await server.measure(); held.connections > 0; held = await server.measure()) {
      most = Math.max(most, held.bytes - before.bytes);
    }
    for (const raw of open) raw[Symbol.dispose]();
    return most / mebibyte / clients;
  }

  it('are not read from, and are cut when they go on', async () => {
    const most = await holdBack({});
    await recordMeasurement({
      suite,
      name: `held for each of ${clients} clients that read nothing`,
      value: most,
      unit: 'MiB',
      bound: '<= 3',
    });
    expect(most).toBeLessThan(isSoak ? 3 : 5);
  }, 180_000);

  it('make the server hold no more than the cap', async () => {
    const most = await holdBack({ pauseBytes: 1_024 * mebibyte, maxUnsentBytes: 4 * mebibyte, stalledMs: 60_000 });
    await recordMeasurement({ suite, name: 'the same without back-pressure and a cap of 4 MiB', value: most, unit: 'MiB', bound: '<= 6' });
    // Without a cap it is all of 18 MiB.
    expect(most).toBeLessThan(isSoak ? 6 : 9);
    expect(most).toBeGreaterThan(2);
  }, 180_000);
});

it('a client that reads late gets every answer', async () => {
  await using server = await startServer({});
  using raw = await openRaw(server.port);
  raw.socket.pause();
  for (let id = 1; id <= 100; id += 1) raw.send(blob(id, 90_000));
  await sleep(500);
  raw.socket.resume();
  await raw.waitFor(/"id":100\b/);
  const ids = raw.messages.map((message) => (JSON.parse(message) as { id: number }).id);
  expect(new Set(ids).size).toBe(100);
  raw.send(blob(101, 10));
  await raw.waitFor(/"id":101\b/);
}, 180_000);
