import type { z } from 'zod';
import type { CommandSpec, ProgramOptions } from './load-options.ts';
import { readSettings, reservedFlags, type Setting } from './read-settings.ts';
import { showDefault } from './show-default.ts';

const leftWidth = 32;
const rightWidth = 68;

/** The text of `--help`: usage, commands with their options, and every setting with its variable and default. Ends with a line break. */
export function renderHelp(schema: z.ZodObject, program: ProgramOptions): string {
  const settings = readSettings(schema);
  const sections = [
    [`${program.program} ${program.version}`, program.description],
    [renderUsage(program, settings)],
    renderCommands(program.commands ?? []),
    renderArguments(program),
    ['Options:', ...settings.filter(({ flag }) => flag !== undefined).flatMap(renderFlag), ...[...reservedFlags].flatMap(renderReserved)],
    renderOthers(settings),
    ['A flag beats a variable, a variable beats the file. Lists repeat the flag, or stand between commas.'],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderUsage({ program, commands = [], args }: ProgramOptions, settings: readonly Setting[]): string {
  const taker = settings.find(({ positional }) => positional !== undefined);
  return [
    'Usage:',
    program,
    ...(commands.length > 0 ? ['[command]'] : []),
    '[options]',
    ...(args ? [`[${args.placeholder}...]`] : []),
    ...(taker ? [`[${taker.placeholder}]...`] : []),
  ].join(' ');
}

function renderCommands(commands: readonly CommandSpec[]): readonly string[] {
  const lines = commands.flatMap(({ name, summary, options = [], args }) => [
    ...renderRow(args === undefined ? name : `${name} [${args.placeholder}...]`, summary),
    ...options.flatMap((option) =>
      renderRow(`  --${option.name} <${option.placeholder ?? option.choices?.join('|') ?? 'text'}>`, option.description),
    ),
  ]);
  return lines.length === 0 ? [] : ['Commands:', ...lines];
}

function renderArguments({ args }: ProgramOptions): readonly string[] {
  return args === undefined ? [] : ['Arguments:', ...renderRow(args.placeholder, args.description)];
}

function renderFlag(setting: Setting): readonly string[] {
  const { kind, placeholder } = setting;
  const flag = setting.flag ?? '';
  const name = kind === 'boolean' ? `--[no-]${flag.slice(2)}` : `${flag} <${placeholder}>${kind === 'list' ? '...' : ''}`;
  return renderRow(name, describe(setting));
}

function renderReserved([name, description]: readonly [string, string]): readonly string[] {
  return name === 'config'
    ? renderRow('--config <path>', `${description} [TRELLIS_CONFIG]`)
    : renderRow(`-${name.charAt(0)}, --${name}`, description);
}

function renderOthers(settings: readonly Setting[]): readonly string[] {
  const others = settings.filter(({ flag }) => flag === undefined);
  const lines = others.flatMap((setting) => renderRow(setting.variables[0] ?? setting.key, describe(setting)));
  return lines.length === 0 ? [] : ['Without a flag (variables, and keys of the --config file):', ...lines];
}

function describe(setting: Setting): string {
  const shown = showDefault(setting);
  const notes = [
    ...(setting.isRequired ? ['required'] : []),
    ...(shown === 'none' ? [] : [`default: ${shown}`]),
    ...setting.variables.map((variable) => (setting.isSecret ? `${variable}(_FILE)` : variable)),
  ];
  return [setting.description, notes.length === 0 ? '' : `[${notes.join(', ')}]`].filter((part) => part !== '').join(' ');
}

function renderRow(left: string, right: string): readonly string[] {
  const lines = wrap(right);
  const head = `  ${left}`;
  if (head.length > leftWidth - 2) {
    return [head, ...lines.map((line) => ' '.repeat(leftWidth) + line)];
  }
  return lines.length === 0 ? [head] : lines.map((line, index) => (index === 0 ? head : '').padEnd(leftWidth) + line);
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > rightWidth) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines;
}
