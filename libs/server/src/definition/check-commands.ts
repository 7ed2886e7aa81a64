import { commands as ownCommands } from '../cli/commands.ts';
import type { AppCommand } from '../cli/app-command.ts';
import type { Report } from './problems.ts';

const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const maxName = 32;

/** First words of the subcommands that every server has. */
const taken = new Set(ownCommands.map(({ name }) => name.split(' ')[0]));

/** Flags that every program has beside its settings. */
const reservedFlags = ['config', 'help', 'version'];

/** Checks the subcommands of an app: names, texts, and that no option is a setting, too. */
export function checkCommands(commands: readonly AppCommand<never>[], { keys, report }: { keys: readonly string[]; report: Report }): void {
  const flags = new Set([...reservedFlags, ...keys.map(toKebab)]);
  const seen = new Set<string>();
  for (const { name, summary, options = [] } of commands) {
    if (!kebab.test(name) || name.length > maxName) report(`Command "${name}" must be one word in kebab-case of at most 32 characters.`);
    if (taken.has(name)) report(`Command "${name}" has a name that every Trellis server reserves.`);
    if (seen.has(name)) report(`Command "${name}" is defined twice.`);
    if (summary.trim() === '') report(`Command "${name}" needs a summary.`);
    seen.add(name);
    checkOptions(
      options.map((option) => option.name),
      flags,
      (problem) => report(`Command "${name}": ${problem}`),
    );
  }
}

function checkOptions(names: readonly string[], flags: ReadonlySet<string>, report: Report): void {
  for (const [index, name] of names.entries()) {
    if (!kebab.test(name)) report(`its option --${name} must be in kebab-case.`);
    if (flags.has(name.replace(/^no-/, ''))) report(`its option --${name} is the flag of a setting, too.`);
    if (names.indexOf(name) !== index) report(`its option --${name} is defined twice.`);
  }
}

function toKebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
