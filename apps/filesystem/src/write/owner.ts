import { hash, randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { hasCode } from '../descriptor/code-of.ts';

/** This process, so that a later one can tell whether it still runs. */
export interface Owner {
  /** `machine-pid-start`, of letters, digits and dashes; part of the names of its files. */
  readonly id: string;
}

/** Whether an owner still runs; `unknown` for one of another machine or container. */
export type OwnerState = 'running' | 'gone' | 'unknown';

const ownerPattern = /^([0-9a-f]{12})-(\d{1,10})-(\d{1,20})$/;

/** Names this process: the machine (and container) it runs on, its number, and when it started. */
export async function findOwner(): Promise<Owner> {
  const [machine, start] = await Promise.all([nameMachine(), findStart('self')]);
  return { id: `${machine}-${process.pid}-${start ?? '0'}` };
}

/** Tells whether the process of an owner's id still runs. */
export async function findOwnerState(id: string): Promise<OwnerState> {
  const [, machine, pid = '', start] = ownerPattern.exec(id) ?? [];
  if (machine !== (await nameMachine())) return 'unknown';
  if (start !== '0') return (await findStart(pid)) === start ? 'running' : 'gone';
  return isRunning(Number(pid)) ? 'running' : 'gone';
}

/** A name for a file of this owner that no other file has. */
export function createTemporaryName({ id }: Owner): string {
  return `.trellis-${id}-${randomBytes(9).toString('base64url')}.tmp`;
}

/** Whether a name is one of {@link createTemporaryName} for the owner of this id. */
export function isTemporaryOf(id: string, name: string): boolean {
  return name.startsWith(`.trellis-${id}-`) && name.endsWith('.tmp');
}

/** Whether a text is the id of an owner. */
export function isOwnerId(id: string): boolean {
  return ownerPattern.test(id);
}

async function nameMachine(): Promise<string> {
  const [boot, space] = await Promise.all([
    readText(async () => readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    readText(async () => readlink('/proc/self/ns/pid')),
  ]);
  return hash('sha256', `${hostname()} ${boot ?? ''} ${space ?? ''}`, 'hex').slice(0, 12);
}

/** When a process started, in ticks of its machine; nothing when it is not there. */
async function findStart(pid: string): Promise<string | undefined> {
  const stat = await readText(async () => readFile(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the name of the program, which may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function readText(read: () => Promise<string>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR', 'EINVAL')) return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
