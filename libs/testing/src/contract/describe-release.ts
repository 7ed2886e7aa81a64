import { describe, expect, it } from '@jest/globals';
import type { CommonConfig } from '@trellis-mcp/server';
import { type Probe, waitGone } from '@trellis-mcp/test-services';
import { entryCommand } from '../entry.ts';
import { openRawStdio, type RawStdio, readMessage } from '../raw-stdio.ts';
import { startHttpServer } from '../start-http-server.ts';
import type { Contract, SampleCall } from './contract-options.ts';
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

interface Trigger {
  readonly name: string;
  readonly pull: (probe: Probe, raw: RawStdio) => void;
  /** Whether running calls are answered; otherwise nobody reads the answers, and they are aborted. */
  readonly isDrain: boolean;
  readonly era: 'modern' | 'legacy';
  readonly flags: readonly string[];
}

const json = ['--log-format', 'json', '--log-level', 'trace'];
const pretty = ['--log-format', 'pretty', '--log-level', 'trace'];
const triggers: readonly Trigger[] = [
  { name: 'the end of stdin', pull: (probe) => void probe.stdin.end(), isDrain: false, era: 'modern', flags: json },
  { name: 'SIGTERM', pull: (probe) => void probe.kill('SIGTERM'), isDrain: true, era: 'legacy', flags: pretty },
  { name: 'a closed stdout', pull: closeStdout, isDrain: false, era: 'modern', flags: json },
];

/** A server sees the closed pipe when it writes next. */
function closeStdout(probe: Probe, raw: RawStdio): void {
  probe.closeStdout();
  raw.send('tools/list');
}

/** What its dependencies opened for a call is at work when a server is told to stop: it is gone in time all the same, and nothing is left. */
export function describeRelease<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  describe('over stdio, after it did work', () => {
    describeBusyStop(contract);
    describeParentKilled(contract);
  });

  describe('over HTTP and WebSocket, after it did work', () => {
    describeNetworkDrain(contract);
  });
}

function describeBusyStop<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { module, args, calls, slowCall, timeFactor } = contract;

  it.each(triggers)('on $name, aborts or answers a running call and is gone soon', async ({ pull, isDrain, era, flags }) => {
    await using server = await startSpeaking(entryCommand(probeMain, [module.href, ...flags, ...args]), era);
    const { probe, raw } = server;
    await warmUp(raw, calls);
    // Real work, too, unless a drain would wait for it.
    if (!isDrain && slowCall !== undefined) sendCall(raw, slowCall);
    const id = raw.send('tools/call', { name: 'contract_wait', arguments: { ms: isDrain ? drainedMs : 60_000 } });
    await waitForStarts(probe);
    const answer = isDrain ? raw.response(id) : undefined;
    await expectGone(probe, goneMs * timeFactor + (isDrain ? drainedMs : 0), () => {
      pull(probe, raw);
    });
    if (isDrain) expect((await answer)?.result).toMatchObject({ structuredContent: { done: true } });
    expect(probe.stderr).toContain(isDrain ? 'probe finished' : 'probe aborted');
    expect(probe.stdoutLines.filter((line) => readMessage(line) === undefined)).toEqual([]);
  });
}

function describeParentKilled<Config extends CommonConfig, Deps>({ main, args, calls, timeFactor }: Contract<Config, Deps>): void {
  it('is gone soon after its parent was killed, though stdin stays open', async () => {
    const { command, args: commandArgs } = entryCommand(main, args);
    const script = `require('node:child_process').spawn(${JSON.stringify(command)}, ${JSON.stringify(commandArgs)}, { stdio: 'inherit' })`;
    await using parent = await spawnProgram({ command: process.execPath, args: ['-e', script] });
    await warmUp(openRawStdio(parent, 'modern'), calls);
    const family = await parent.descendants();
    expect(family).not.toEqual([]);
    parent.kill('SIGKILL');
    expect(await waitGone(family, goneMs * timeFactor)).toEqual([]);
  });
}

function describeNetworkDrain<Config extends CommonConfig, Deps>({ module, args, calls, timeFactor }: Contract<Config, Deps>): void {
  it('answers running calls of every client before it goes after SIGTERM', async () => {
    await using server = await startHttpServer(probeMain, [module.href, '--websocket', ...args], { env: programEnv });
    await using clients = await connectClients(server);
    for (const { tool, args: input } of calls.slice(0, 1)) await clients.all[0]?.callTool(tool, input);
    const { answers } = await startCalls(server.probe, clients.all);
    await expectGone(server.probe, goneMs * timeFactor + drainedMs, () => void server.probe.kill('SIGTERM'));
    for (const answer of await answers) expect(answer.data).toEqual({ done: true });
    await expectGoingAway(clients.sockets);
  });
}

/** The first sample call opens what the others need, too. */
async function warmUp(raw: RawStdio, calls: readonly SampleCall[]): Promise<void> {
  for (const call of calls.slice(0, 1)) expect(await raw.response(sendCall(raw, call), 60_000)).toHaveProperty('result');
}

function sendCall(raw: RawStdio, { tool, args = {} }: SampleCall): number {
  return raw.send('tools/call', { name: tool, arguments: args });
}
