import { inspect } from 'node:util';
import { exitCodes } from '@trellis-mcp/errors';
import { scrubText } from '@trellis-mcp/logging';
import { toFailure } from '../start-failure.ts';
import type { AppCommand, CommandOutcome } from './app-command.ts';
import { inTime } from './in-time.ts';

const defaultTimeoutMs = 60_000;

/** What {@link runAppCommand} runs. */
export interface CommandRun<Config> {
  /** Name of the program, for the line that says why it failed. */
  readonly program: string;
  readonly command: AppCommand<Config>;
  readonly config: Config;
  readonly flags: Readonly<Record<string, string>>;
}

/** Runs a subcommand of an app; never rejects. What it throws becomes a line without secrets, and 78, 69 or 70. */
export async function runAppCommand<Config>({ program, command, config, flags }: CommandRun<Config>): Promise<CommandOutcome> {
  try {
    return await inTime(command.run(config, flags), command.timeoutMs ?? defaultTimeoutMs);
  } catch (error) {
    const { code, line } = toFailure(`${program} could not run ${command.name}`, error);
    const detail = code === exitCodes.software ? `${inspect(error)}\n` : '';
    return { code, stderr: scrubText(`${detail}${line}\n`) };
  }
}
