import { afterEach, describe, expect, it } from '@jest/globals';
import { requireCapability, waitGone, type Probe } from '@trellis-mcp/test-services';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startFixture, startFixtureAsInit, startFixtureBelow, timeExit } from './start-fixture.ts';

const started: Probe[] = [];
const start = async (...args: string[]): Promise<Probe> => {
  const probe = await startFixture(...args);
  started.push(probe);
  return probe;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((probe) => probe.stop()));
});

/** The 2 s in which a program is gone, on a machine that has much else to do. */
const goneMs = 5 * 2_000;
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const numbers = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 };

describe.each(signals)('%s', (signal) => {
  it.each(['socket', 'stdio'])('ends an idle %s server with code 0 within 2 s', async (transport) => {
    const probe = await start('--transport', transport);
    probe.kill(signal);
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines.slice(1)).toEqual([
      'log: Stopping.',
      'intake closed',
      'closed last',
      'closed first',
      'log: Stopped.',
      `Stopped: ${signal} was received.`,
    ]);
  });

  it('lets running work finish and exits with code 0', async () => {
    const probe = await start('--work', 'short');
    probe.kill(signal);
    expect(await timeExit(probe)).toMatchObject({ code: 0 });
    expect(probe.stdoutLines).toEqual(['answered']);
  });
});

describe.each(signals)('%s, when the drain runs out,', (signal) => {
  it('aborts work that outlives the drain, closes everything and exits with code 70', async () => {
    const probe = await start('--work', 'endless', '--drain-timeout-ms', '300');
    probe.kill(signal);
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(70);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toEqual(expect.arrayContaining(['aborted', 'closed first', 'closed last']));
    expect(probe.stderrLines.at(-1)).toBe('Stopped with code 70: the drain ran out after 300 ms with 1 call running.');
  });

  it('leaves work behind that ignores its abort, and exits with code 70', async () => {
    const probe = await start('--work', 'deaf', '--drain-timeout-ms', '300');
    probe.kill(signal);
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(70);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('closed first');
  });
});

it.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGHUP', 'SIGHUP'],
  ['SIGTERM', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
] as const)('%s and then %s exits at once with 128 + n', async (signal, second) => {
  const probe = await start('--work', 'deaf');
  probe.kill(signal);
  await probe.waitForStderr('intake closed');
  probe.kill(second);
  const { code, tookMs } = await timeExit(probe);
  expect(code).toBe(128 + numbers[second]);
  expect(tookMs).toBeLessThan(goneMs);
  expect(probe.stderrLines.at(-1)).toBe(`Stopped with code ${code}: ${second} came as a second signal.`);
});

describe('a stdio server whose host goes away', () => {
  it.each(['idle', 'endless', 'deaf'])('is gone within 2 s of the end of stdin, with code 0 (%s)', async (work) => {
    const probe = await start('--transport', 'stdio', '--work', work);
    probe.stdin.end();
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('closed first');
    expect(probe.stderrLines.at(-1)).toBe('Stopped: standard input ended.');
  });

  it('still answers quick calls that were sent before stdin ended', async () => {
    const probe = await start('--transport', 'stdio');
    probe.stdin.end('quick\nquick\n');
    expect(await timeExit(probe)).toMatchObject({ code: 0 });
    expect(probe.stdoutLines).toEqual(['answered', 'answered']);
  });

  it.each(['idle', 'endless', 'deaf'])('is gone within 2 s of a write to a closed stdout (%s)', async (work) => {
    const probe = await start('--transport', 'stdio', '--work', work);
    probe.closeStdout();
    probe.stdin.write('write\n');
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('closed first');
  });

  it.each(['idle', 'endless', 'deaf'])('is gone within 2 s of the death of its parent (%s)', async (work) => {
    const { parent, pid } = await startFixtureBelow('hold', '--transport', 'stdio', '--work', work);
    started.push(parent);
    parent.kill('SIGKILL');
    expect(await waitGone([pid], goneMs)).toEqual([]);
    await parent.waitForStderr('Stopped: the parent process is gone.');
  });
});

describe('a stdio server that stops already', () => {
  it('does not wait for the drain when its host goes away', async () => {
    const probe = await start('--transport', 'stdio', '--work', 'endless');
    probe.kill('SIGTERM');
    await probe.waitForStderr('intake closed');
    probe.stdin.end();
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('aborted');
  });

  it('is gone within 2 s although closing hangs', async () => {
    const probe = await start('--transport', 'stdio', '--work', 'deaf', '--close', 'hang');
    probe.stdin.end();
    expect((await timeExit(probe)).tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('closed first');
  });
});

describe('a socket server', () => {
  it('outlives the end of stdin, a closed stdout and its parent', async () => {
    const { parent, pid } = await startFixtureBelow('inherit', '--transport', 'socket');
    started.push(parent);
    parent.closeStdout();
    parent.stdin.end('write\nwrite\n');
    parent.kill('SIGKILL');
    await parent.waitForStderr('log: A standard stream broke. write EPIPE');
    expect(await waitGone([pid], 1_500)).toEqual([pid]);
    process.kill(pid, 'SIGTERM');
    expect(await waitGone([pid], goneMs)).toEqual([]);
    await parent.waitForStderr('Stopped: SIGTERM was received.');
  });
});

describe('a failure', () => {
  it.each([
    ['throw', 'nobody caught this'],
    ['reject', 'nobody awaited this'],
  ])('nobody handled (%s) is logged, closes everything and exits with code 70', async (command, message) => {
    const probe = await start('--work', 'endless');
    probe.stdin.write(`${command}\n`);
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(70);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderr).toContain(`log: An error reached nobody; stopping. ${message}`);
    expect(probe.stderrLines).toEqual(expect.arrayContaining(['aborted', 'closed last', 'closed first']));
    expect(probe.stderrLines.at(-1)).toBe('Stopped with code 70: an internal failure, see the log.');
  });

  it('during a drain ends the drain, still closes everything, and exits with code 70', async () => {
    const probe = await start('--work', 'endless');
    probe.kill('SIGTERM');
    await probe.waitForStderr('intake closed');
    probe.stdin.write('throw\n');
    expect(await timeExit(probe)).toMatchObject({ code: 70 });
    expect(probe.stderrLines).toContain('closed first');
  });

  it('of one close step is logged and does not stop the others', async () => {
    const probe = await start('--close', 'throw');
    probe.kill('SIGTERM');
    expect(await timeExit(probe)).toMatchObject({ code: 70 });
    expect(probe.stderrLines).toEqual(expect.arrayContaining(['closed last', 'closed first']));
    expect(probe.stderr).toContain('A step of the shutdown failed. the store broke');
    expect(probe.stderrLines.at(-1)).toBe('Stopped with code 70: "troubled" failed to close.');
  });

  it('to end of one close step costs at most its deadline', async () => {
    const probe = await start('--close', 'hang');
    probe.kill('SIGTERM');
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(70);
    expect(tookMs).toBeLessThan(goneMs);
    expect(probe.stderrLines).toContain('closed first');
    expect(probe.stderrLines.at(-1)).toBe('Stopped with code 70: "troubled" did not close in time.');
  });
});

it('a large answer reaches a slow reader before the program ends', async () => {
  const probe = await start('--transport', 'stdio', '--work', 'short');
  probe.stdin.write('large\n');
  await probe.waitForStderr('large written');
  probe.kill('SIGTERM');
  expect(await timeExit(probe)).toMatchObject({ code: 0 });
  expect(probe.stdoutLines[0]).toHaveLength(4_000_000);
  expect(probe.stdoutLines.slice(1)).toEqual(['answered', 'answered']);
});

describe('as PID 1', () => {
  const run = promisify(execFile);
  const canUnshare = async (): Promise<true | undefined> => {
    try {
      await run('unshare', ['--pid', '--fork', '--mount-proc', 'true']);
      return true;
    } catch {
      return undefined;
    }
  };

  it.each(signals)('drains on %s and exits with code 0', async (signal) => {
    await requireCapability('pid-namespace', canUnshare, 'It needs unshare(1) and the right to make PID namespaces.');
    const probe = await startFixtureAsInit('--work', 'short');
    started.push(probe);
    expect(probe.stderrLines[0]).toBe('ready 1');
    const [init] = await probe.descendants();
    process.kill(init ?? 0, signal);
    expect(await timeExit(probe)).toMatchObject({ code: 0 });
    expect(probe.stdoutLines).toEqual(['answered']);
  });

  it('is gone within 2 s of the end of stdin', async () => {
    await requireCapability('pid-namespace', canUnshare, 'It needs unshare(1) and the right to make PID namespaces.');
    const probe = await startFixtureAsInit('--transport', 'stdio', '--work', 'endless');
    started.push(probe);
    probe.stdin.end();
    const { code, tookMs } = await timeExit(probe);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(goneMs);
  });
});
