import { describe, expect, it } from '@jest/globals';
import { connect } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { type Probe, waitGone } from '@trellis-mcp/test-services';
import { type Command, entryCommand } from '../entry.ts';
import { openRawStdio, type RawStdio } from '../raw-stdio.ts';
import { startHttpServer } from '../start-http-server.ts';
import type { Contract, SampleCall } from './contract-options.ts';
import { programEnv, spawnProgram } from './spawn-program.ts';

const probeMain = new URL(import.meta.url.endsWith('.ts') ? 'probe-main.ts' : 'probe-main.js', import.meta.url);
const goneMs = 2000;
/** How long the calls run that a drain waits for. */
const drainedMs = 700;

interface Trigger {
  readonly name: string;
  readonly pull: (probe: Probe, raw: RawStdio) => void;
  /** Whether running calls are answered; otherwise nobody reads the answers, and they are aborted. */
  readonly isDrain: boolean;
  /** Whether the server did real work before, so that what its dependencies started is alive. */
  readonly isWarm: boolean;
}

const triggers: readonly Trigger[] = [
  { name: 'the end of stdin', pull: (probe) => void probe.stdin.end(), isDrain: false, isWarm: true },
  { name: 'SIGTERM', pull: (probe) => void probe.kill('SIGTERM'), isDrain: true, isWarm: true },
  { name: 'SIGINT', pull: (probe) => void probe.kill('SIGINT'), isDrain: true, isWarm: false },
  { name: 'SIGHUP', pull: (probe) => void probe.kill('SIGHUP'), isDrain: true, isWarm: false },
  { name: 'a closed stdout', pull: closeStdout, isDrain: false, isWarm: true },
];

/** A server sees the closed pipe when it writes next. */
function closeStdout(probe: Probe, raw: RawStdio): void {
  probe.closeStdout();
  raw.send('tools/list');
}

/** However a server is told to stop: it is gone in time, with all its children and the right exit code, and answers what a drain is for. */
export function describeStop<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  describe('over stdio', () => {
    describeIdleStop(contract);
    describeBusyStop(contract);
    describeParentKilled(contract);
    if (contract.slowCall !== undefined) describeSlowCall(contract, contract.slowCall);
  });

  describe('over HTTP', () => {
    describeHttpIdle(contract);
    describeHttpDrain(contract);
    describeHttpLimits(contract);
  });

  describe('over WebSocket', () => {
    describeWebSocketStop(contract);
  });
}

function describeIdleStop<Config extends CommonConfig, Deps>({ main, args, calls, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after SIGTERM when it did work and is idle', async () => {
    await using probe = await start(entryCommand(main, args));
    await warmUp(openRawStdio(probe, 'modern'), calls);
    await expectGone(probe, goneMs * timeFactor, () => void probe.kill('SIGTERM'));
  });

  it('is gone soon after the end of stdin when it was asked nothing', async () => {
    await using probe = await spawnProgram(entryCommand(main, args));
    await expectGone(probe, goneMs * timeFactor, () => void probe.stdin.end());
  });
}

function describeBusyStop<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { module, args, calls, timeFactor } = contract;

  it.each(triggers)('on $name, aborts or answers a running call and is gone soon', async ({ pull, isDrain, isWarm }) => {
    await using probe = await start(entryCommand(probeMain, [module.href, ...args]));
    const raw = openRawStdio(probe, 'modern');
    if (isWarm) await warmUp(raw, calls);
    const id = raw.send('tools/call', { name: 'contract_wait', arguments: { ms: isDrain ? drainedMs : 60_000 } });
    await probe.waitForStderr('probe started');
    const answer = isDrain ? raw.response(id) : undefined;
    await expectGone(probe, goneMs * timeFactor + (isDrain ? drainedMs : 0), () => {
      pull(probe, raw);
    });
    if (isDrain) expect((await answer)?.result).toMatchObject({ structuredContent: { done: true } });
    expect(probe.stderr).toContain(isDrain ? 'probe finished' : 'probe aborted');
  });
}

function describeParentKilled<Config extends CommonConfig, Deps>({ main, args, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after its parent was killed, though stdin stays open', async () => {
    const { command, args: commandArgs } = entryCommand(main, args);
    const script = `require('node:child_process').spawn(${JSON.stringify(command)}, ${JSON.stringify(commandArgs)}, { stdio: 'inherit' })`;
    await using parent = await spawnProgram({ command: process.execPath, args: ['-e', script] });
    await openRawStdio(parent, 'modern').request('tools/list');
    const family = await parent.descendants();
    expect(family).not.toEqual([]);
    parent.kill('SIGKILL');
    expect(await waitGone(family, goneMs * timeFactor)).toEqual([]);
  });
}

function describeSlowCall<Config extends CommonConfig, Deps>({ main, args, timeFactor }: Contract<Config, Deps>, call: SampleCall): void {
  it(`takes its real work along: ${call.tool} is running when stdin ends`, async () => {
    await using probe = await start(entryCommand(main, args));
    openRawStdio(probe, 'modern').send('tools/call', { name: call.tool, arguments: call.args ?? {} });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await expectGone(probe, goneMs * timeFactor, () => void probe.stdin.end());
  });
}

function describeHttpIdle<Config extends CommonConfig, Deps>({ main, args, calls, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after SIGTERM when it is idle', async () => {
    await using server = await startHttpServer(main, args, { env: programEnv });
    await using connection = await connect({ http: { url: server.url } });
    for (const { tool, args: input } of calls.slice(0, 1)) await connection.callTool(tool, input);
    await expectGone(server.probe, goneMs * timeFactor, () => void server.probe.kill('SIGTERM'));
  });
}

function describeHttpDrain<Config extends CommonConfig, Deps>({ module, args, timeFactor }: Contract<Config, Deps>): void {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('answers running calls before it goes after %s', async (signal) => {
    await using server = await startHttpServer(probeMain, [module.href, ...args], { env: programEnv });
    await using connection = await connect({ http: { url: server.url } });
    const running = [1, 2].map(() => connection.callTool('contract_wait', { ms: 1500 }));
    await server.probe.waitForStderr('probe started');
    const from = performance.now();
    server.probe.kill(signal);
    for (const answer of await Promise.all(running)) expect(answer.data).toEqual({ done: true });
    expect(await server.probe.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(1500 + goneMs * timeFactor);
  });
}

function describeHttpLimits<Config extends CommonConfig, Deps>({ module, args }: Contract<Config, Deps>): void {
  it('ends with 70 when the drain runs out', async () => {
    await using server = await startHttpServer(probeMain, [module.href, '--drain-timeout-ms', '300', ...args], { env: programEnv });
    await using connection = await connect({ http: { url: server.url } });
    const call = connection.callTool('contract_wait', { ms: 60_000 }).catch((error: unknown) => error);
    await server.probe.waitForStderr('probe started');
    server.probe.kill('SIGTERM');
    expect(await call).toMatchObject({ name: 'AppError' });
    expect(await server.probe.exit).toEqual({ code: 70, signal: null });
    expect(server.probe.stderr).toContain('probe aborted');
  });

  it('ends at once with 143 on a second SIGTERM', async () => {
    await using server = await startHttpServer(probeMain, [module.href, ...args], { env: programEnv });
    await using connection = await connect({ http: { url: server.url } });
    const call = connection.callTool('contract_wait', { ms: 60_000 }).catch((error: unknown) => error);
    await server.probe.waitForStderr('probe started');
    server.probe.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.probe.kill('SIGTERM');
    expect(await server.probe.exit).toEqual({ code: 143, signal: null });
    expect(await call).toMatchObject({ name: 'AppError' });
  });
}

function describeWebSocketStop<Config extends CommonConfig, Deps>({ main, module, args, calls, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after SIGTERM when its clients are idle', async () => {
    await using server = await startHttpServer(main, ['--websocket', ...args], { env: programEnv });
    await using connection = await connect({ websocket: { url: server.websocketUrl } });
    for (const { tool, args: input } of calls.slice(0, 1)) await connection.callTool(tool, input);
    await expectGone(server.probe, goneMs * timeFactor, () => void server.probe.kill('SIGTERM'));
    await expect(connection.listTools()).rejects.toMatchObject({ code: 'UPSTREAM', details: { closeCode: 1001 } });
  });

  it.each(['modern', 'legacy'] as const)('answers running calls before it goes with 1001 (%s)', async (era) => {
    await using server = await startHttpServer(probeMain, [module.href, '--websocket', ...args], { env: programEnv });
    await using connection = await connect({ websocket: { url: server.websocketUrl } }, { era });
    const running = [1, 2].map(() => connection.callTool('contract_wait', { ms: 1500 }));
    await server.probe.waitForStderr('probe started');
    const from = performance.now();
    server.probe.kill('SIGTERM');
    for (const answer of await Promise.all(running)) expect(answer.data).toEqual({ done: true });
    await connection.closed;
    await expect(connection.listTools()).rejects.toMatchObject({ code: 'UPSTREAM', details: { closeCode: 1001 } });
    expect(await server.probe.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(1500 + goneMs * timeFactor);
  });

  it('aborts a call and ends with 70 when the drain runs out', async () => {
    await using server = await startHttpServer(probeMain, [module.href, '--websocket', '--drain-timeout-ms', '300', ...args], {
      env: programEnv,
    });
    await using connection = await connect({ websocket: { url: server.websocketUrl } });
    const call = connection.callTool('contract_wait', { ms: 60_000 }).catch((error: unknown) => error);
    await server.probe.waitForStderr('probe started');
    server.probe.kill('SIGTERM');
    expect(await call).toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('shutting down') });
    expect(await server.probe.exit).toEqual({ code: 70, signal: null });
  });
}

async function warmUp(raw: RawStdio, calls: readonly SampleCall[]): Promise<void> {
  for (const { tool, args = {} } of calls.slice(0, 1)) {
    expect(await raw.request('tools/call', { name: tool, arguments: args }, 60_000)).toHaveProperty('result');
  }
}

/** Stops a server and expects it to end cleanly and in time, with everything it started. */
async function expectGone(probe: Probe, limitMs: number, stop: () => void): Promise<void> {
  const family = [probe.pid, ...(await probe.descendants())];
  const from = performance.now();
  stop();
  expect(await probe.exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - from).toBeLessThan(limitMs);
  expect(await waitGone(family, limitMs)).toEqual([]);
}

/** Starts a program and waits until it speaks. */
async function start(command: Command): Promise<Probe> {
  const probe = await spawnProgram(command);
  await openRawStdio(probe, 'modern').request('server/discover');
  return probe;
}
