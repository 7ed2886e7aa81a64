import { describe, expect, it } from '@jest/globals';
import { connect } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { entryCommand } from '../entry.ts';
import { startHttpServer } from '../start-http-server.ts';
import type { Contract } from './contract-options.ts';
import { programEnv, spawnProgram } from './spawn-program.ts';
import {
  connectClients,
  drainedMs,
  expectGoingAway,
  expectGone,
  goneMs,
  probeMain,
  startCalls,
  startSpeaking,
  waitForStarts,
} from './stopping.ts';

const env = { env: programEnv };

/** However a server is told to stop: it is gone in time, with the right exit code, and answers what a drain is for. */
export function describeStop<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  describe('over stdio', () => {
    describeIdleStop(contract);
    describeBusyStop(contract);
  });

  describe('over HTTP and WebSocket', () => {
    describeNetworkIdle(contract);
    describeNetworkDrain(contract);
    describeDrainLimit(contract);
  });

  describe('over HTTP', () => {
    describeSecondSignal(contract);
  });
}

function describeIdleStop<Config extends CommonConfig, Deps>({ main, args, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after SIGTERM when it is idle', async () => {
    await using server = await startSpeaking(entryCommand(main, args));
    await expectGone(server.probe, goneMs * timeFactor, () => void server.probe.kill('SIGTERM'));
  });

  it('is gone soon after the end of stdin when it was asked nothing', async () => {
    await using probe = await spawnProgram(entryCommand(main, args));
    await expectGone(probe, goneMs * timeFactor, () => void probe.stdin.end());
  });
}

function describeBusyStop<Config extends CommonConfig, Deps>({ module, args, timeFactor }: Contract<Config, Deps>): void {
  it.each(['SIGINT', 'SIGHUP'] as const)('answers a running call before it goes after %s', async (signal) => {
    await using server = await startSpeaking(entryCommand(probeMain, [module.href, ...args]));
    const { probe, raw } = server;
    const id = raw.send('tools/call', { name: 'contract_wait', arguments: { ms: drainedMs } });
    await waitForStarts(probe);
    const answer = raw.response(id);
    await expectGone(probe, goneMs * timeFactor + drainedMs, () => void probe.kill(signal));
    expect((await answer).result).toMatchObject({ structuredContent: { done: true } });
  });
}

function describeNetworkIdle<Config extends CommonConfig, Deps>({ main, args, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after SIGTERM when its clients are idle', async () => {
    await using server = await startHttpServer(main, ['--websocket', ...args], env);
    await using clients = await connectClients(server);
    for (const client of clients.all) await client.listTools();
    await expectGone(server.probe, goneMs * timeFactor, () => void server.probe.kill('SIGTERM'));
    await expectGoingAway(clients.sockets);
  });
}

function describeNetworkDrain<Config extends CommonConfig, Deps>({ module, args, timeFactor }: Contract<Config, Deps>): void {
  it.each(['SIGINT', 'SIGHUP'] as const)('answers running calls of every client before it goes after %s', async (signal) => {
    await using server = await startHttpServer(probeMain, [module.href, '--websocket', ...args], env);
    await using clients = await connectClients(server);
    const { answers } = await startCalls(server.probe, clients.all);
    await expectGone(server.probe, goneMs * timeFactor + drainedMs, () => void server.probe.kill(signal));
    for (const answer of await answers) expect(answer.data).toEqual({ done: true });
    await expectGoingAway(clients.sockets);
  });
}

function describeDrainLimit<Config extends CommonConfig, Deps>({ module, args }: Contract<Config, Deps>): void {
  it('aborts the calls of every client and ends with 70 when the drain runs out', async () => {
    await using server = await startHttpServer(probeMain, [module.href, '--websocket', '--drain-timeout-ms', '300', ...args], env);
    await using clients = await connectClients(server);
    const failures = clients.all.map((client) => client.callTool('contract_wait', { ms: 60_000 }).catch((error: unknown) => error));
    await waitForStarts(server.probe, failures.length);
    server.probe.kill('SIGTERM');
    const [overHttp, ...overWebSocket] = await Promise.all(failures);
    expect(overHttp).toMatchObject({ name: 'AppError' });
    for (const failure of overWebSocket) {
      expect(failure).toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('shutting down') });
    }
    expect(await server.probe.exit).toEqual({ code: 70, signal: null });
    expect(server.probe.stderrLines.filter((line) => line.includes('probe aborted'))).toHaveLength(failures.length);
  });
}

function describeSecondSignal<Config extends CommonConfig, Deps>({ module, args }: Contract<Config, Deps>): void {
  it('ends at once with 143 on a second SIGTERM', async () => {
    await using server = await startHttpServer(probeMain, [module.href, ...args], env);
    await using connection = await connect({ http: { url: server.url } });
    const call = connection.callTool('contract_wait', { ms: 60_000 }).catch((error: unknown) => error);
    await waitForStarts(server.probe);
    server.probe.kill('SIGTERM');
    await server.probe.waitForStderr('Stopping');
    server.probe.kill('SIGTERM');
    expect(await server.probe.exit).toEqual({ code: 143, signal: null });
    expect(await call).toMatchObject({ name: 'AppError' });
  });
}
