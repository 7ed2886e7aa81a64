import { spawnProbe, type Probe } from '@trellis-mcp/test-services';
import { fileURLToPath } from 'node:url';

const node = ['--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning'];
const fixture = fileURLToPath(new URL('fixture-program.ts', import.meta.url));
const parent = fileURLToPath(new URL('fixture-parent.ts', import.meta.url));

/** Starts the fixture and waits until it is ready. */
export async function startFixture(...args: readonly string[]): Promise<Probe> {
  return ready(await spawnProbe(process.execPath, [...node, fixture, ...args]));
}

/** Starts the fixture below a process that can be killed; `pid` is the fixture's own, `hold` keeps its stdin open after that. */
export async function startFixtureBelow(stdin: 'hold' | 'inherit', ...args: readonly string[]): Promise<{ parent: Probe; pid: number }> {
  const probe = await spawnProbe(process.execPath, [...node, parent, stdin, ...node, fixture, ...args]);
  const line = await probe.waitForStderr(/^ready /);
  return { parent: probe, pid: Number(line.split(' ')[1]) };
}

/** Starts the fixture as PID 1 of a PID namespace of its own. */
export async function startFixtureAsInit(...args: readonly string[]): Promise<Probe> {
  const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath];
  return ready(await spawnProbe('unshare', [...unshare, ...node, fixture, ...args]));
}

async function ready(probe: Probe): Promise<Probe> {
  await probe.waitForStderr(/^ready /);
  return probe;
}

/** Waits for the end of the process; returns its exit code, signal and how long that took in milliseconds. */
export async function timeExit(probe: Probe): Promise<{ code: number | null; signal: NodeJS.Signals | null; tookMs: number }> {
  const startedAt = performance.now();
  const { code, signal } = await probe.exit;
  return { code, signal, tookMs: performance.now() - startedAt };
}
