import { showValue } from '@trellis-mcp/validation';
import type { CommandSpec, ProgramOptions } from './load-options.ts';
import { suggest } from './suggest.ts';

/** Positional arguments on both sides of `--`. */
export interface Positionals {
  before: readonly string[];
  after: readonly string[];
}

/** The command that the positional arguments name, and what is left of them. */
export interface MatchedCommand {
  command: CommandSpec | undefined;
  args: readonly string[];
  /** One sentence each. */
  problems: readonly string[];
}

const defaultMaxArguments = 100;

/** Finds the command with the most words that the positional arguments start with. What follows `--` is never a command. */
export function matchCommand({ before, after }: Positionals, program: ProgramOptions): MatchedCommand {
  const commands = program.commands ?? [];
  const command = commands
    .filter(({ name }) => name.split(' ').every((word, index) => before[index] === word))
    .sort((one, other) => other.name.length - one.name.length)[0];
  const args = [...before.slice(command?.name.split(' ').length ?? 0), ...after];
  const spec = command === undefined ? program.args : command.args;
  const max = spec === undefined ? 0 : (spec.max ?? defaultMaxArguments);
  if (args.length <= max) {
    return { command, args, problems: [] };
  }
  return { command, args: [], problems: [describeExcess({ args, max, command, commands })] };
}

interface Excess {
  args: readonly string[];
  max: number;
  command: CommandSpec | undefined;
  commands: readonly CommandSpec[];
}

function describeExcess({ args, max, command, commands }: Excess): string {
  const [first = ''] = args;
  if (max > 0) {
    return `At most ${String(max)} arguments are taken; got ${String(args.length)}.`;
  }
  if (command !== undefined) {
    return `${command.name} takes no argument; got ${showValue(first)}.`;
  }
  if (commands.length === 0) {
    return `No argument is taken; got ${showValue(first)}.`;
  }
  const longer = commands.find(({ name }) => name.startsWith(`${first} `));
  const names = commands.map(({ name }) => name);
  const hint = longer === undefined ? suggest(args.slice(0, 2).join(' '), names) || suggest(first, names) : ` Did you mean ${longer.name}?`;
  return `${showValue(first)} is not a command.${hint} Commands: ${names.join(', ')}.`;
}
