import type { Readable, Writable } from 'node:stream';
import type { Lifecycle, StopReason } from './lifecycle.ts';

/** Options of {@link watchStdio}. */
export interface WatchStdioOptions {
  /** The transport reads it; this only listens for its end. Default: `process.stdin`. */
  readonly stdin?: Readable;
  /** Default: `process.stdout`. */
  readonly stdout?: Writable;
  /** Default: `process.ppid`, which changes when the parent dies. */
  readonly getParentPid?: () => number;
  /** How often the parent is looked for, in milliseconds. Default: 500. */
  readonly pollMs?: number;
}

/** What the last answers get to leave when nobody may be reading. */
const urgentFlushMs = 300;

/**
 * Stops a program whose transport is stdio when its host is gone: stdin ended, stdout broke, or the parent died. Call it for no other
 * transport: an HTTP server goes on without its terminal.
 *
 * It also adds a close step that waits until stdout has taken everything written to it. Call it before other resources are opened, so that
 * the step runs after theirs.
 *
 * @returns Takes the handlers away when disposed.
 */
export function watchStdio(lifecycle: Lifecycle, options: WatchStdioOptions = {}): Disposable {
  const { stdin = process.stdin, stdout = process.stdout, getParentPid = () => process.ppid, pollMs = 500 } = options;
  const stop = (reason: StopReason) => () => void lifecycle.stop(reason);
  const [onInputEnd, onOutputEnd, onParentGone] = [stop('stdin-end'), stop('stdout-closed'), stop('parent-gone')];
  for (const event of ['end', 'close', 'error']) stdin.on(event, onInputEnd);
  for (const event of ['close', 'error']) stdout.on(event, onOutputEnd);
  const parent = getParentPid();
  const poll = setInterval(() => {
    if (getParentPid() !== parent || !isAlive(parent)) onParentGone();
  }, pollMs).unref();
  lifecycle.onClose('standard output', () => flush(stdout, lifecycle));
  if (stdin.readableEnded || stdin.destroyed) onInputEnd();
  return {
    [Symbol.dispose]() {
      clearInterval(poll);
      for (const event of ['end', 'close', 'error']) stdin.off(event, onInputEnd);
      for (const event of ['close', 'error']) stdout.off(event, onOutputEnd);
    },
  };
}

/** Windows keeps the id of a dead parent; signal 0 tells. Another user's process is alive. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function flush(stdout: Writable, lifecycle: Lifecycle): Promise<void> {
  if (stdout.destroyed || stdout.writableLength === 0) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const done = (): void => {
    resolve(undefined);
  };
  stdout.write('', done);
  if (lifecycle.stopReason !== 'signal' && lifecycle.stopReason !== 'requested') setTimeout(done, urgentFlushMs);
  await promise;
}
