import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { repositoryRoot } from './repository.ts';

const maxOutputBytes = 1024 * 1024;

/** Where and how long a program may run. */
export interface RunOptions {
  /** Default: the repository. */
  cwd?: string;
  /** Default: 3 minutes; then it is killed. */
  limitMs?: number;
}

/**
 * Runs a program with the Node in use first on its path and resolves with its stdout.
 *
 * @throws Error with the end of its output when it fails.
 */
export async function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd = repositoryRoot, limitMs = 180_000 } = options;
  const path = [join(process.execPath, '..'), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  const stdout: string[] = [];
  const all: string[] = [];
  let size = 0;
  const keep = (text: string): void => {
    size += text.length;
    if (size <= maxOutputBytes) all.push(text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    keep(text);
    stdout.push(text);
  });
  child.stderr.setEncoding('utf8').on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${all.join('').slice(-8_000)}`);
  return stdout.join('');
}
