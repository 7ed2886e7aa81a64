/** An option that belongs to one subcommand, written `--name value`. */
export interface CommandOption {
  /** Kebab case, without dashes: `client`. */
  name: string;
  description: string;
  /** What stands for the value in help. Default: the choices, or `text`. */
  placeholder?: string;
  /** The only values allowed. Default: any text. */
  choices?: readonly string[];
  /** Whether the command cannot do without. Default false. */
  isRequired?: boolean;
}

/** Positional arguments. */
export interface ArgumentSpec {
  /** What stands for them in help: `path`. */
  placeholder: string;
  description: string;
  /** The most of them. Default 100. */
  max?: number;
}

/** A subcommand. */
export interface CommandSpec {
  /** One or more words: `doctor`, `config print`. */
  name: string;
  summary: string;
  options?: readonly CommandOption[];
  /** Which arguments it takes after its name. Default none. */
  args?: ArgumentSpec;
}

/** What help needs to know about a program. */
export interface ProgramOptions {
  /** Name of the program as it is typed. */
  program: string;
  version: string;
  /** One sentence. */
  description: string;
  commands?: readonly CommandSpec[];
  /** Which arguments the program takes without a subcommand. Default none. */
  args?: ArgumentSpec;
}

/** What {@link loadConfig} works on: nothing is read from the process. */
export interface LoadOptions extends ProgramOptions {
  /** Arguments after the program's own name: `process.argv.slice(2)`. */
  argv: readonly string[];
  /** Variables: `process.env`. */
  env: Readonly<Record<string, string | undefined>>;
  /** Reads the `--config` file and secret files as text. Default: the file system, at most 1 MiB of UTF-8. */
  readFile?: (path: string) => Promise<string>;
}

/** Where the value of a setting came from. */
export type SettingSource = 'flag' | 'variable' | 'file' | 'default';

/** A configuration to run with, or what to print before leaving. */
export type LoadResult<Config> = RunResult<Config> | ExitResult;

/** The configuration is complete and valid. */
export interface RunResult<Config> {
  kind: 'run';
  /** The subcommand, when there is one: `config print`. */
  command?: string;
  /** Positional arguments after the command. */
  args: readonly string[];
  /** The command's own options by name. */
  flags: Readonly<Record<string, string>>;
  config: Config;
  sources: Readonly<Record<keyof Config, SettingSource>>;
  /** Path of the configuration file as it was given, when there is one. */
  file?: string;
  /** Not wrong enough to stop: variables that start with `TRELLIS_` and mean nothing. One sentence each. */
  warnings: readonly string[];
}

/** The program has nothing to run: print this and leave. */
export interface ExitResult {
  kind: 'exit';
  /** 0 after `--help` and `--version`, 64 for a wrong flag or command, 78 for a wrong value. */
  code: 0 | 64 | 78;
  stdout?: string;
  stderr?: string;
}
