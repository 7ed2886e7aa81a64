import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compileCache } from './compile-cache.ts';
import { repositoryRoot } from './repository-root.ts';
import type { Step, StepResult } from './step.ts';

const maxOutputBytes = 4 * 1024 * 1024;

/** Runs one step in a process group of its own, so that nothing it started outlives it. */
export async function runStep(step: Step, print: (text: string) => void): Promise<StepResult> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, step.args, {
    cwd: repositoryRoot,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      NODE_COMPILE_CACHE: compileCache,
      ...process.env,
      NX_DAEMON: 'false',
      NX_ISOLATE_PLUGINS: 'false',
      FORCE_COLOR: '0',
      ...step.env,
    },
  });
  const output = collect(child, step.isStreamed ? print : undefined);
  const kill = (): void => killGroup(child);
  process.once('exit', kill);
  const timer = setTimeout(kill, step.limitMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  process.off('exit', kill);
  if (!step.isStreamed && code !== 0) print(`\n--- ${step.name}\n${output()}\n`);
  const durationMs = performance.now() - startedAt;
  if (code === 0) return { name: step.name, passed: 1, failed: 0, skipped: 0, durationMs };
  const note = durationMs < step.limitMs ? `exit code ${code ?? 'none'}` : `killed after ${step.limitMs / 1000} s`;
  return { name: step.name, passed: 0, failed: 1, skipped: 0, durationMs, note };
}

/** Ends the program with 130 on Ctrl-C and with 143 on SIGTERM, and every running step with it. */
export function stopOnSignals(): void {
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
}

function collect(child: ChildProcess, onText: ((text: string) => void) | undefined): () => string {
  const parts: string[] = [];
  let size = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (onText) {
        onText(text);
        return;
      }
      size += text.length;
      if (size <= maxOutputBytes) parts.push(text);
    });
  }
  return () => parts.join('');
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
