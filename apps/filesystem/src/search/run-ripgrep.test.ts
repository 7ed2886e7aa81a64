import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openSearchGround, type SearchGround } from '../../test/open-search-ground.ts';
import { openAt, search, searchLimits } from '../../test/search-engines.ts';
import { openSearch } from './open-search.ts';
import { findRipgrep } from './find-ripgrep.ts';
import { runRipgrep, type RipgrepRun } from './run-ripgrep.ts';

let ground: SearchGround;
let program: string;
beforeAll(async () => {
  ground = await openSearchGround();
  // Whoever opens it as a file waits for a writer that never comes.
  await ground.write('stuck/file.txt', 'x\n');
  await promisify(execFile)('mkfifo', [join(ground.root, 'stuck/.gitignore')]);
  const found = await findRipgrep();
  program = 'program' in found ? found.program : '';
});
afterAll(async () => ground[Symbol.asyncDispose]());

/** Reads .gitignore files itself. */
const list = ['--no-config', '--no-require-git', '--files', '--hidden', './'];

const plainRun = ({ directory }: Pick<RipgrepRun, 'directory'>): RipgrepRun => ({
  program,
  args: list,
  directory,
  signal: new AbortController().signal,
  timeoutMs: 5_000,
  take: () => false,
});

async function run(options: Partial<RipgrepRun> & { readonly path?: string }) {
  await using start = await openAt(ground.root, options.path ?? 'a');
  return await runRipgrep({ ...plainRun(start), ...options });
}

/** Children of this process that run the program. */
async function countChildren(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const own = await Promise.all(
    pids.map(async (pid) => {
      const parent = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      if (parent.slice(parent.lastIndexOf(')') + 2).split(' ')[1] !== String(process.pid)) return false;
      return (await readlink(`/proc/${pid}/exe`).catch(() => '')) === program;
    }),
  );
  return own.filter(Boolean).length;
}

async function waitForChildren(count: number): Promise<void> {
  for (const end = performance.now() + 10_000; (await countChildren()) !== count && performance.now() < end;) await sleep(20);
  expect(await countChildren()).toBe(count);
}

it('gives all of the output, and nothing of the environment', async () => {
  const pieces: Buffer[] = [];
  await run({ take: (chunk) => pieces.push(chunk) === 0 });
  expect(Buffer.concat(pieces).toString()).toContain('./b.md\n');
  const environment: Buffer[] = [];
  await run({ program: '/usr/bin/env', args: [], take: (chunk) => environment.push(chunk) === 0 });
  expect(
    Buffer.concat(environment)
      .toString()
      .replace(/^PWD=.*\n/m, ''),
  ).toBe('');
  expect(await countChildren()).toBe(0);
});

it('ends a process whose reader has enough', async () => {
  expect(await run({ program: '/usr/bin/yes', args: [], take: () => true })).toMatchObject({ isEnough: true });
});

it('kills a process that waits for ever at the deadline', async () => {
  const began = performance.now();
  await expect(run({ path: 'stuck', timeoutMs: 300 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('300 ms'),
  });
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(await countChildren()).toBe(0);
});

it('kills a process when its call is aborted, and rejects with the reason', async () => {
  const controller = new AbortController();
  const running = run({ path: 'stuck', signal: controller.signal });
  const refused = expect(running).rejects.toBe('the reason');
  await waitForChildren(1);
  controller.abort('the reason');
  await refused;
  expect(await countChildren()).toBe(0);
  await expect(run({ signal: controller.signal })).rejects.toBe('the reason');
});

it('kills a process that takes too much memory', async () => {
  const args = ['-e', "process.stdout.write('x'); Buffer.alloc(600_000_000, 1); setTimeout(() => undefined, 20_000)"];
  await expect(run({ program: process.execPath, args })).rejects.toMatchObject({ code: 'LIMIT', hint: expect.stringContaining('glob') });
});

it('ends a process that reads too much of a file', async () => {
  await ground.write('long.txt', 'x'.repeat(100_000));
  const args = ['-c', 'exec 9<../long.txt; head -c 90000 <&9 >/dev/null; exec sleep 20'];
  expect(await run({ program: '/bin/sh', args, maxFileBytes: 80_000 })).toMatchObject({ isEnough: false, hasLargeFile: true });
  await expect(run({ program: '/bin/sh', args, maxFileBytes: 200_000, timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'TIMEOUT' });
});

it.each([
  [
    'a reader that throws',
    {
      take: () => {
        throw new RangeError('no more');
      },
    },
    { message: 'no more' },
  ],
  ['a program that is killed', { program: '/bin/sh', args: ['-c', 'echo ./b.md; kill -9 $$'] }, { code: 'UPSTREAM', retryable: true }],
  ['a program that is not there', { program: '/nowhere/rg' }, { code: 'UPSTREAM', retryable: true }],
])('leaves no process behind %s', async (_title, options, error) => {
  await expect(run(options)).rejects.toMatchObject(error);
  expect(await countChildren()).toBe(0);
});

/** Lets this process open nothing more, until what it returns is called. */
async function limitFiles(): Promise<() => Promise<void>> {
  const highest = Math.max(...(await readdir('/proc/self/fd')).map(Number));
  const [, before = ''] = /^Max open files +(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8')) ?? [];
  const script = 'prlimit --pid "$0" --nofile="$1": && echo && read -r _; prlimit --pid "$0" --nofile="$2":';
  const setter = spawn('sh', ['-c', script, String(process.pid), String(highest + 16), before], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(setter.stdout, 'data');
  const taken: FileHandle[] = [];
  const takeAll = async (): Promise<never> => {
    for (;;) taken.push(await open('/dev/null'));
  };
  await expect(takeAll()).rejects.toMatchObject({ code: 'EMFILE' });
  return async () => {
    await Promise.all(taken.map(async (handle) => handle.close()));
    setter.stdin.end('\n');
    await once(setter, 'close');
  };
}

it('says so when too many files are open, and keeps no timer', async () => {
  const countTimers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  await using start = await openAt(ground.root, 'a');
  const before = countTimers();
  const lift = await limitFiles();
  const refused = await runRipgrep(plainRun(start))
    .catch((error: unknown) => error)
    .finally(lift);
  expect(refused).toMatchObject({ code: 'UPSTREAM', retryable: true, cause: { code: 'EMFILE' } });
  // Others may end meanwhile.
  expect(countTimers()).toBeLessThanOrEqual(before);
});

it('keeps the beginning of an endless complaint', async () => {
  const args = ['-c', 'for i in $(seq 20000); do echo complaint >&2; done'];
  const { stderr } = await run({ program: '/bin/sh', args });
  expect(stderr).toHaveLength(4_096);
});

it('runs so many processes at once, lets so many wait, and refuses the others', async () => {
  // Reads .gitignore files whatever it is told.
  const stubborn = join(ground.outside, 'stubborn');
  await writeFile(stubborn, `#!/bin/sh\nexec '${program}' ${list.join(' ')}\n`, { mode: 0o755 });
  const engine = await openSearch({ ...searchLimits, maxProcesses: 2, searchTimeoutMs: 20_000 }, async () =>
    Promise.resolve({ program: stubborn }),
  )();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 40 }, async () =>
    search(engine, 'x', { ...ground, path: 'stuck', signal }).then(
      () => 'found',
      (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : error),
    ),
  );
  await waitForChildren(2);
  // A third one would be there by now.
  await sleep(100);
  expect(await countChildren()).toBe(2);
  controller.abort('enough');
  const ends = await Promise.all(calls);
  expect(ends.filter((end) => end === 'LIMIT')).toHaveLength(40 - 2 - 32);
  expect(ends.filter((end) => end === 'enough')).toHaveLength(34);
  expect(await countChildren()).toBe(0);
});
