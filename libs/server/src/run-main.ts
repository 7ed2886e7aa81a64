import { channel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { loadConfig } from '@trellis-mcp/config';
import { exitCodes } from '@trellis-mcp/errors';
import { scrubText } from '@trellis-mcp/logging';
import type { z } from 'zod';
import type { CommandOutcome } from './cli/app-command.ts';
import { apiKeySpec, commands } from './cli/commands.ts';
import { commonProblems, type CommonConfig } from './common-settings.ts';
import type { ServerDefinition } from './define-server.ts';
import { serve } from './serve.ts';
import { toStartFailure } from './start-failure.ts';

/** Tells a launcher that the start is over: what has run until here is worth keeping compiled. */
const firstAnswer = channel('trellis:first-answer');

/**
 * The whole main program of a server: reads flags, variables and `--config`, runs a subcommand or serves, and ends the process with the
 * exit codes of Trellis. The only place that touches `process`.
 */
export async function runMain<Config extends CommonConfig, Deps>(app: ServerDefinition<Config, Deps>): Promise<void> {
  try {
    await run(app);
  } catch (error) {
    const { code, line } = toStartFailure(app.name, error);
    const detail = code === exitCodes.software ? scrubText(`${inspect(error)}\n`) : '';
    process.stderr.write(`${detail}${line}\n`);
    process.exitCode = code;
  }
}

async function run<Config extends CommonConfig, Deps>(app: ServerDefinition<Config, Deps>): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process;
  const loaded = await loadConfig(withCommonChecks(app.settings), {
    argv: argv.slice(2),
    env,
    program: app.name,
    version: app.version,
    description: app.description,
    commands: [...commands, ...(app.commands ?? [])],
  });
  if (loaded.kind === 'exit') {
    stdout.write(loaded.stdout ?? '');
    stderr.write(loaded.stderr ?? '');
    process.exitCode = loaded.code;
    return;
  }
  const { config, sources, file, flags, warnings } = loaded;
  const own =
    loaded.command === apiKeySpec.name
      ? (await import('./cli/api-key-command.ts')).apiKeyCommand(app)
      : app.commands?.find(({ name }) => name === loaded.command);
  if (loaded.command === 'doctor') {
    const { runDoctor } = await import('./cli/doctor.ts');
    const { code, text } = await runDoctor(app, { config, env, argv, warnings, isJson: flags['format'] === 'json' });
    leave({ code, stdout: text });
  } else if (loaded.command === 'config print') {
    const { printClientConfig } = await import('./cli/print-client-config.ts');
    const program = { execPath: process.execPath, execArgv: process.execArgv, entry: argv[1] ?? '' };
    const { block, note } = await printClientConfig(app, { client: flags['client'] ?? '', config, sources, file, program });
    stdout.write(block);
    stderr.write(note);
  } else if (own !== undefined) {
    warn(app.name, warnings);
    const { runAppCommand } = await import('./cli/run-app-command.ts');
    leave(await runAppCommand({ program: app.name, command: own, config, flags }));
  } else {
    warn(app.name, warnings);
    await serve(app, {
      config,
      stdin,
      stdout,
      stderr,
      exit: (code) => process.exit(code),
      onFirstAnswer: () => firstAnswer.publish(undefined),
    });
  }
}

function warn(program: string, warnings: readonly string[]): void {
  for (const warning of warnings) {
    process.stderr.write(`${program}: ${warning}\n`);
  }
}

/** Prints what a subcommand found and ends the process with its code. A callback is called, too, when the reader has left: `| head -1`. */
function leave({ code, stdout = '', stderr = '' }: CommandOutcome): void {
  process.stderr.write(stderr, () => process.stdout.write(stdout, () => process.exit(code)));
}

/** Adds the checks between settings, so that their problems are reported with all others. */
function withCommonChecks<Config extends CommonConfig>(settings: z.ZodObject & z.ZodType<Config>): z.ZodObject & z.ZodType<Config> {
  return settings.superRefine((config, context) => {
    for (const { setting, message } of commonProblems(config)) {
      context.addIssue({ code: 'custom', message, path: [setting] });
    }
  });
}
