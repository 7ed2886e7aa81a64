import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A program of `benchmarks/servers` (or any script) and how to run it. */
export interface BenchProgram {
  /** File URL or path of the script. */
  readonly script: URL;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node itself, such as `--conditions=...`. */
  readonly nodeArgs?: readonly string[];
}

/** Starts a program with piped stdin and stdout; stderr is inherited so that a failure is seen. */
export function startProgram(program: BenchProgram): ChildProcess & { readonly pid: number } {
  const args = [...(program.nodeArgs ?? []), fileURLToPath(program.script), ...(program.args ?? [])];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...program.env }, stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.pid === undefined) throw new Error(`could not start ${program.script.href}`);
  return Object.assign(child, { pid: child.pid });
}

/** Ends a program and waits until it is gone. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** A TCP port of loopback that was free a moment ago. */
export async function pickPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits until somebody listens on the port; at most 20 s. */
export async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await canConnect(port)) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
