import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, chown, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { descendantsOf, isErrno, waitGone } from './process-table.ts';
import { openReaper, type Reaper } from './reaper.ts';

/** A private instance of a real service. It ends with the tests, also when they are killed, and leaves no file behind. */
export interface TestInstance extends AsyncDisposable {
  /** Connection URL with a password made for this instance. */
  readonly url: string;
  readonly port: number;
  /** The process to look at; undefined while it is killed. */
  readonly pid: number | undefined;
  /** Ends every process of it by SIGKILL, as a crash does; port and files are kept. */
  kill(): Promise<void>;
  /** Starts it again, killed before or now, on the same port and files; resolves when it answers. */
  restart(): Promise<void>;
  /** Freezes it (SIGSTOP): connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and removes its files; doing so twice is harmless. */
  stop(): Promise<void>;
}

/** An ordinary user to run as. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** What {@link openTestInstance} must know of a service. */
export interface InstanceRecipe {
  name: string;
  /** The signal that ends it fast and tidily. */
  quitSignal: 'KILL' | 'QUIT' | 'TERM';
  /** Needed when it refuses to run as root. */
  runAs?: RunAs;
  url(port: number): string;
  /** Makes its files, once. */
  prepare(directory: string): Promise<void>;
  command(directory: string, port: number): { file: string; args: readonly string[] };
  /** Rejects while it does not answer. */
  ping(url: string): Promise<void>;
}

const startTimeoutMs = 30_000;

/** Starts a private instance in a directory of its own and resolves when it answers. */
export async function openTestInstance(recipe: InstanceRecipe): Promise<TestInstance> {
  const directory = await mkdtemp(join(tmpdir(), `trellis-test-${recipe.name}-`));
  const reaper = openReaper({ signal: recipe.quitSignal, directory });
  try {
    if (recipe.runAs) await chown(directory, recipe.runAs.uid, recipe.runAs.gid);
    await recipe.prepare(directory);
    return createInstance(recipe, { directory, reaper, ...(await startOnFreePort(recipe, directory, reaper)) });
  } catch (error) {
    await reaper.close();
    throw error;
  }
}

interface Running {
  pid: number;
  /** Resolves when the process has ended. */
  ended: Promise<unknown>;
}

interface InstanceState {
  directory: string;
  reaper: Reaper;
  port: number;
  running: Running;
}

function createInstance(recipe: InstanceRecipe, { directory, reaper, port, running }: InstanceState): TestInstance {
  let current: Running | undefined = running;
  const signalAll = async (signal: NodeJS.Signals): Promise<number[]> => {
    if (!current) throw new Error(`The ${recipe.name} of this test does not run.`);
    const pids = await freeze(current.pid);
    for (const pid of pids) signalQuietly(pid, signal);
    return pids;
  };
  const kill = async (): Promise<void> => {
    if (!current) return;
    const { pid, ended } = current;
    const left = await waitGone(await signalAll('SIGKILL'), 5_000);
    if (left.length > 0) throw new Error(`Processes ${left.join(', ')} survived SIGKILL.`);
    await ended;
    reaper.forget(pid);
    current = undefined;
  };
  const stop = (): Promise<void> => {
    current = undefined;
    return reaper.close();
  };
  return {
    url: recipe.url(port),
    port,
    get pid() {
      return current?.pid;
    },
    kill,
    async restart() {
      await kill();
      current = await startProcess(recipe, { directory, reaper, port });
    },
    async pause() {
      await signalAll('SIGSTOP');
    },
    async resume() {
      await signalAll('SIGCONT');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startOnFreePort(recipe: InstanceRecipe, directory: string, reaper: Reaper): Promise<{ port: number; running: Running }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, running: await startProcess(recipe, { directory, reaper, port }) };
    } catch (error) {
      // Somebody may have taken the port in between.
      if (attempt === 3) throw error;
    }
  }
}

async function startProcess(recipe: InstanceRecipe, { directory, reaper, port }: Omit<InstanceState, 'running'>): Promise<Running> {
  const { file, args } = recipe.command(directory, port);
  const logPath = join(directory, 'log');
  const log = await open(logPath, 'a');
  const child = spawn(file, args, { ...recipe.runAs, cwd: directory, detached: true, stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await once(child, 'spawn');
  await log.close();
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${recipe.name} has no process id.`);
  reaper.watch(pid);
  const isUp = await answersInTime(recipe, { url: recipe.url(port), hasEnded: () => child.exitCode !== null || child.signalCode !== null });
  if (!isUp) {
    signalQuietly(pid, 'SIGKILL');
    reaper.forget(pid);
    throw new Error(`${recipe.name} did not start. Its log ends:\n${(await readFile(logPath, 'utf8')).slice(-2_000)}`);
  }
  return { pid, ended };
}

async function answersInTime(recipe: InstanceRecipe, { url, hasEnded }: { url: string; hasEnded: () => boolean }): Promise<boolean> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline && !hasEnded()) {
    try {
      await recipe.ping(url);
      return true;
    } catch {
      await sleep(25);
    }
  }
  return false;
}

/** Stops a process and all below it, also what it was starting meanwhile, and lists them. */
async function freeze(root: number): Promise<number[]> {
  const frozen = new Set<number>();
  for (;;) {
    const fresh = [root, ...(await descendantsOf(root))].filter((pid) => !frozen.has(pid));
    if (fresh.length === 0) return [...frozen];
    for (const pid of fresh) {
      signalQuietly(pid, 'SIGSTOP');
      frozen.add(pid);
    }
  }
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}
