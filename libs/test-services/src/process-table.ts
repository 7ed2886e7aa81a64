import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

interface ProcessRow {
  pid: number;
  parent: number;
  group: number;
  /** One letter as in proc(5): R, S, D, T, Z (ended, not yet collected by its parent). */
  state: string;
}

const run = promisify(execFile);

/** Lists every process below `pid`, nearest first. One whose parent has died already belongs to another tree and is not seen. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const rows = await readProcesses();
  return collectBelow([pid], rows).slice(1);
}

/** Lists a process that leads a group, all others of its group, orphans included, and everything below them. */
export async function groupOf(pid: number): Promise<number[]> {
  const rows = await readProcesses();
  const members = rows.filter((row) => row.group === pid && row.pid !== pid).map((row) => row.pid);
  return collectBelow([pid, ...members], rows);
}

/** Tells whether a process has ended. One that ended and was not collected by its parent (a zombie) counts as gone. */
export async function isGone(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return true;
    if (!isErrno(error, 'EPERM')) throw error;
  }
  const row = process.platform === 'linux' ? await readProcess(pid) : (await listWithPs()).find((each) => each.pid === pid);
  return row === undefined || row.state === 'Z' || row.state === 'X';
}

/** Waits until every process of `pids` has ended, at most `timeoutMs`, and returns those that have not. */
export async function waitGone(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  const deadline = performance.now() + timeoutMs;
  let left = [...pids];
  for (;;) {
    const gone = await Promise.all(left.map((pid) => isGone(pid)));
    left = left.filter((_, index) => gone[index] !== true);
    if (left.length === 0 || performance.now() >= deadline) return left;
    await sleep(10);
  }
}

/** Tells whether a caught value is a system error with this code, such as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  // Jest runs tests in a realm of their own, where errors of Node itself are no instances of `Error`.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

function collectBelow(roots: readonly number[], rows: readonly ProcessRow[]): number[] {
  const found = new Set(roots);
  for (const parent of found) {
    for (const row of rows) if (row.parent === parent) found.add(row.pid);
  }
  return [...found];
}

/** Lists what runs; zombies left out. */
async function readProcesses(): Promise<ProcessRow[]> {
  if (process.platform !== 'linux') return (await listWithPs()).filter((row) => row.state !== 'Z');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(pids.map((pid) => readProcess(pid)));
  return rows.filter((row) => row !== undefined).filter((row) => row.state !== 'Z');
}

async function readProcess(pid: number): Promise<ProcessRow | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // The command's name is in parentheses and may itself hold spaces and parentheses: fields start after the last one.
    const [state = '', parent = '', group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), group: Number(group), state };
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return undefined;
    throw error;
  }
}

async function listWithPs(): Promise<ProcessRow[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    return pid && state ? [{ pid: Number(pid), parent: Number(parent), group: Number(group), state: state.charAt(0) }] : [];
  });
}
