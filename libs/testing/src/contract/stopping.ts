import { expect } from '@jest/globals';
import { connect, type Connection, type ToolAnswer } from '@trellis-mcp/client';
import { type Probe, waitGone } from '@trellis-mcp/test-services';
import type { Command } from '../entry.ts';
import { initialize, openRawStdio, type RawStdio } from '../raw-stdio.ts';
import type { HttpServerProcess } from '../start-http-server.ts';
import { spawnProgram } from './spawn-program.ts';

/** The entry of a server with the probe tools; its first argument is the module of the app. */
export const probeMain = new URL(import.meta.url.endsWith('.ts') ? 'probe-main.ts' : 'probe-main.js', import.meta.url);
/** What a server gets to be gone when no drain waits for calls. */
export const goneMs = 2000;
/** How long the calls run that a drain waits for. */
export const drainedMs = 1000;
/** For what has no bound of its own. */
const patienceMs = 50_000;

/** Starts a program and waits until it speaks. */
export async function startSpeaking(
  command: Command,
  era: 'modern' | 'legacy' = 'modern',
): Promise<{ probe: Probe; raw: RawStdio } & AsyncDisposable> {
  const probe = await spawnProgram(command);
  const raw = openRawStdio(probe, era);
  if (era === 'modern') await raw.request('server/discover', {}, patienceMs);
  else await initialize(raw, patienceMs);
  return { probe, raw, [Symbol.asyncDispose]: () => probe.stop() };
}

/** Waits until so many calls of `contract_wait` run. */
export async function waitForStarts(probe: Probe, count = 1): Promise<void> {
  let started = 0;
  await probe.waitForStderr((line) => line.includes('probe started') && (started += 1) === count, patienceMs);
}

/** Stops a server and expects it to end cleanly and in time, with everything it started. */
export async function expectGone(probe: Probe, limitMs: number, stop: () => void): Promise<void> {
  const family = [probe.pid, ...(await probe.descendants())];
  const from = performance.now();
  stop();
  await expectClean(probe);
  expect(performance.now() - from).toBeLessThan(limitMs);
  expect(await waitGone(family, limitMs)).toEqual([]);
}

/** Expects the end of a server that did all it had to; what it said stands beside any other code. */
export async function expectClean(probe: Probe): Promise<void> {
  const exit = await probe.exit;
  expect({ ...exit, said: exit.code === 0 ? '' : probe.stderr }).toEqual({ code: 0, signal: null, said: '' });
}

/** Clients of one server process: over HTTP, and over WebSocket in both eras. */
export interface NetworkClients extends AsyncDisposable {
  readonly all: readonly Connection[];
  readonly sockets: readonly Connection[];
}

/** Connects clients to a server that was started with `--websocket`. */
export async function connectClients({ url, websocketUrl }: HttpServerProcess): Promise<NetworkClients> {
  const websocket = { url: websocketUrl };
  const [http, ...sockets] = await Promise.all([
    connect({ http: { url } }),
    connect({ websocket }, { era: 'modern' }),
    connect({ websocket }, { era: 'legacy' }),
  ]);
  const all = [http, ...sockets];
  const close = async (): Promise<void> => {
    await Promise.all(all.map((connection) => connection.close()));
  };
  return { all, sockets, [Symbol.asyncDispose]: close };
}

/** Has each client make two calls that take {@link drainedMs}, and resolves when all of them run. */
export async function startCalls(probe: Probe, clients: readonly Connection[]): Promise<{ readonly answers: Promise<ToolAnswer[]> }> {
  const calls = clients.flatMap((client) => [1, 2].map(() => client.callTool('contract_wait', { ms: drainedMs })));
  const answers = Promise.all(calls);
  await Promise.race([waitForStarts(probe, calls.length), answers]);
  return { answers };
}

/** Expects that the server told its clients over WebSocket that it goes away. */
export async function expectGoingAway(sockets: readonly Connection[]): Promise<void> {
  for (const socket of sockets) {
    await socket.closed;
    await expect(socket.listTools()).rejects.toMatchObject({ code: 'UPSTREAM', details: { closeCode: 1001 } });
  }
}
