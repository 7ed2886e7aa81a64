import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { descendantsOf, isGone, waitGone } from './process-table.ts';
import { spawnProbe } from './spawn-probe.ts';

const parentOf = join(import.meta.dirname, '../test/parent-of.ts');

it('reports lines, standard error and the exit code', async () => {
  await using probe = await spawnProbe('/bin/sh', ['-c', 'echo one; echo two; printf rest; echo oops >&2; exit 3']);
  expect(await probe.exit).toEqual({ code: 3, signal: null });
  expect(probe.stdoutLines).toEqual(['one', 'two']);
  expect(probe.stdout).toBe('one\ntwo\nrest');
  expect(probe.stderr).toBe('oops\n');
});

it('reports the signal that ended a process', async () => {
  await using probe = await spawnProbe('sleep', ['300']);
  expect(probe.kill('SIGTERM')).toBe(true);
  expect(await probe.exit).toEqual({ code: null, signal: 'SIGTERM' });
  expect(probe.kill()).toBe(false);
});

it('rejects when the command does not exist', async () => {
  await expect(spawnProbe('/no/such/command')).rejects.toThrow('ENOENT');
});

it('waits for lines to come, finds lines that came, and says what it saw when none does', async () => {
  await using probe = await spawnProbe('cat');
  const coming = probe.waitForStdout(/^b/);
  probe.stdin.write('apple\nbanana\n');
  expect(await coming).toBe('banana');
  expect(await probe.waitForStdout('app')).toBe('apple');
  await expect(probe.waitForStdout('cherry', 50)).rejects.toThrow(/ran 50 ms without a line matching cherry[^]*banana/);
  probe.stdin.end();
  await expect(probe.waitForStdout('cherry')).rejects.toThrow('ended');
});

it('passes variables, removes them, and hides those of the test runner', async () => {
  const env = { TRELLIS_PROBE: 'yes', HOME: undefined };
  await using probe = await spawnProbe('/bin/sh', ['-c', 'echo "$TRELLIS_PROBE,$HOME,$NODE_OPTIONS,$JEST_WORKER_ID"'], { env });
  await probe.exit;
  expect(probe.stdoutLines).toEqual(['yes,,,']);
});

it('sees the children of a process and that they outlive it, and stops all of them', async () => {
  await using probe = await spawnProbe(process.execPath, [parentOf]);
  const child = Number(await probe.waitForStdout(/^\d+$/));
  expect(await probe.descendants()).toEqual([child]);
  probe.kill();
  expect(await waitGone([probe.pid], 20_000)).toEqual([]);
  expect(await waitGone([child], 50)).toEqual([child]);
  await probe.stop();
  expect(await isGone(child)).toBe(true);
});

it('lets a process meet EPIPE', async () => {
  await using probe = await spawnProbe('/bin/sh', ['-c', 'read -r line; while echo more; do :; done']);
  probe.closeStdout();
  probe.stdin.write('go\n');
  const { code, signal } = await probe.exit;
  expect([code === null ? signal : code > 0]).not.toEqual([false]);
});

it('counts a process that ended but was not collected as gone', async () => {
  // The shell's child ends at once; `exec` leaves a parent that never collects it.
  await using probe = await spawnProbe('/bin/sh', ['-c', 'true & echo $!; exec sleep 300']);
  const zombie = Number(await probe.waitForStdout(/^\d+$/));
  expect(await waitGone([zombie], 20_000)).toEqual([]);
  expect(await descendantsOf(probe.pid)).toEqual([]);
});

it('keeps only the newest of an endless output', async () => {
  await using probe = await spawnProbe('/bin/sh', ['-c', 'seq 1 1000000']);
  await probe.exit;
  expect(probe.stdoutLines).toHaveLength(10_000);
  expect(probe.stdoutLines.at(-1)).toBe('1000000');
  expect(probe.stdout.length).toBeLessThanOrEqual(4 * 1024 * 1024);
});
