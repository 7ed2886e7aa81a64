import { type Probe, type ProbeExit, spawnProbe } from '@trellis-mcp/test-services';
import { type Command, compileCache } from '../entry.ts';

/** Variables of every program under contract: a start collects no garbage, which takes a sixth of its time. */
export const programEnv: Readonly<Record<string, string>> = { ...compileCache, NODE_OPTIONS: '--max-semi-space-size=32' };

/** A program that has ended. */
export interface Finished extends ProbeExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program under observation. */
export function spawnProgram({ command, args }: Command): Promise<Probe> {
  return spawnProbe(command, args, { env: programEnv });
}

/** Runs a program to its end, with nothing on its stdin. */
export async function runProgram(command: Command): Promise<Finished> {
  await using probe = await spawnProgram(command);
  probe.stdin.end();
  const exit = await probe.exit;
  return { ...exit, stdout: probe.stdout, stderr: probe.stderr };
}
