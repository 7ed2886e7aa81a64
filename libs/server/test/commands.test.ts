import { expect, it } from '@jest/globals';
import type { Probe } from '@trellis-mcp/test-services';
import { spawnApp } from './fixture/spawn-app.ts';

async function run(...args: string[]) {
  await using probe: Probe = await spawnApp(args);
  probe.stdin.end();
  const { code } = await probe.exit;
  return { code, stdout: probe.stdout, stderr: probe.stderr };
}

it('shows a subcommand of an app in its help', async () => {
  const { stdout } = await run('--help');
  expect(stdout).toMatch(/Commands:\n[\s\S]* {2}print-greeting +Print a greeting\.\n +--to <name> +Who is greeted\./);
});

it('runs it with the configuration and its own options, and does not serve', async () => {
  expect(await run('print-greeting', '--to', 'Ann', '--host', '127.0.0.2')).toEqual({
    code: 0,
    stdout: 'Hello Ann from 127.0.0.2.\n',
    stderr: 'Greeted.\n',
  });
});

it.each([
  { failure: 'wrong', code: 78, stderr: 'trellis-fixture could not run print-greeting: Nobody has that name. Choose another --to.\n' },
  { failure: 'slow', code: 69, stderr: 'trellis-fixture could not run print-greeting: No answer within 500 ms.\n' },
])('ends with $code when it fails: $failure', async ({ failure, code, stderr }) => {
  expect(await run('print-greeting', '--failure', failure)).toEqual({ code, stdout: '', stderr });
});

it.each([
  { failure: 'away', code: 69 },
  { failure: 'bug', code: 70 },
])('ends with $code and without a secret when it fails: $failure', async ({ failure, code }) => {
  const ended = await run('print-greeting', '--failure', failure);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toMatch(/could not run print-greeting: /);
  expect(ended.stderr).not.toMatch(/hunter2/);
});

it.each([
  [['print-greeting', '--failure', 'mildly'], /--failure must be one of/],
  [['print-greeting', 'Ann'], /print-greeting takes no argument/],
  [['--to', 'Ann'], /--to belongs to the command print-greeting/],
  [['doctor', '--to', 'Ann'], /--to belongs to the command print-greeting/],
])('refuses %j as wrong usage', async (args, says) => {
  const ended = await run(...args);
  expect(ended).toMatchObject({ code: 64, stdout: '' });
  expect(ended.stderr).toMatch(says);
});

it('writes a long output to its end', async () => {
  const { code, stdout } = await run('print-greeting', '--failure', 'long');
  expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 100_001 });
});

it('ends quietly when the reader of its output leaves', async () => {
  await using probe = await spawnApp(['print-greeting', '--failure', 'long']);
  await probe.waitForStdout(/Hello/);
  probe.closeStdout();
  const { code } = await probe.exit;
  expect({ code, stderr: probe.stderr.replace('Greeted.\n', '') }).toEqual({ code: 0, stderr: '' });
});
