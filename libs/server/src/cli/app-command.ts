import type { CommandOption } from '@trellis-mcp/config';
import type { ExitCode } from '@trellis-mcp/errors';

/** What a subcommand leaves behind. */
export interface CommandOutcome {
  readonly code: ExitCode;
  /** Printed as it is; ends with a line break. */
  readonly stdout?: string;
  /** For people, beside the output. */
  readonly stderr?: string;
}

/** A subcommand of one server, beside `doctor` and `config print`. It runs without serving. */
export interface AppCommand<Config> {
  /** One word in kebab case, such as `print-role`. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** Options of its own, each with one text. Their names differ from the flags of settings. */
  readonly options?: readonly CommandOption[];
  /** The most it may take. Default: 60,000. */
  readonly timeoutMs?: number;
  /**
   * Does the work and returns what to print.
   *
   * @param flags The values of its options by name; one that was not given is absent.
   * @throws AppError for what the operator can put right: a wrong value ends with 78, a service that is away with 69.
   */
  run(config: Config, flags: Readonly<Record<string, string>>): Promise<CommandOutcome>;
}
