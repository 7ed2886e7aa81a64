import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a finished program ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is run with. */
export interface RunOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Killed after this many milliseconds. Default: 120,000. */
  readonly timeoutMs?: number;
}

/** Runs a Node script to its end with the Node in use. */
export async function runCommand(
  script: string,
  args: readonly string[],
  { env = {}, cwd, timeoutMs = 120_000 }: RunOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
