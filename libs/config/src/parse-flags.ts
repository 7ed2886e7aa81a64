import { parseArgs } from 'node:util';
import { showWord } from '@trellis-mcp/validation';
import type { CommandSpec, ProgramOptions } from './load-options.ts';
import { matchCommand, type MatchedCommand, type Positionals } from './match-command.ts';
import { reservedFlags, type Setting } from './read-settings.ts';
import { suggest } from './suggest.ts';

/** What the arguments of a program say, before any value is judged. */
export interface ParsedFlags extends MatchedCommand {
  /** The texts given for each setting by key, in order; `true` or `false` for a boolean. */
  texts: ReadonlyMap<string, readonly string[]>;
  /** The command's own options. */
  flags: Readonly<Record<string, string>>;
  configPath: string | undefined;
  wants: 'help' | 'version' | undefined;
  /** What is wrong with the usage, one sentence each. Values are never in them: they may be secret. */
  problems: readonly string[];
}

/** Far above what a person writes; the time of `parseArgs` grows with the square of their number. */
const maxArguments = 5_000;

type Token = NonNullable<ReturnType<typeof tokenize>>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** What a flag name means. */
type FlagMeaning =
  | { kind: 'setting'; setting: Setting; negated: boolean }
  | { kind: 'reserved'; name: string }
  | { kind: 'option'; name: string; command: CommandSpec };

interface Reading {
  texts: Map<string, string[]>;
  reserved: Map<string, string>;
  options: Map<string, { text: string; command: CommandSpec }>;
  problems: string[];
}

/** Reads the arguments after the program's own name. Flags may stand anywhere before `--`; the last of a repeated single flag wins. */
export function parseFlags(argv: readonly string[], settings: readonly Setting[], program: ProgramOptions): ParsedFlags {
  const meanings = nameFlags(settings, program.commands ?? []);
  const tokens = tokenize(argv.slice(0, maxArguments), meanings);
  const reading: Reading = { texts: new Map(), reserved: new Map(), options: new Map(), problems: [] };
  if (argv.length > maxArguments) {
    reading.problems.push(`At most ${String(maxArguments)} arguments are read; got ${String(argv.length)}.`);
  }
  for (const token of tokens) {
    if (token.kind === 'option') {
      readOption(token, meanings, reading);
    }
  }
  const matched = matchCommand(takeItems(listPositionals(tokens, meanings), { settings, program, texts: reading.texts }), program);
  const flags = checkOptions(reading, matched.command);
  return {
    ...matched,
    texts: reading.texts,
    flags,
    configPath: reading.reserved.get('config'),
    wants: reading.reserved.has('help') ? 'help' : reading.reserved.has('version') ? 'version' : undefined,
    problems: [...new Set([...reading.problems, ...matched.problems])],
  };
}

function nameFlags(settings: readonly Setting[], commands: readonly CommandSpec[]): ReadonlyMap<string, FlagMeaning> {
  const meanings = new Map<string, FlagMeaning>();
  for (const name of reservedFlags.keys()) {
    meanings.set(name, { kind: 'reserved', name });
  }
  for (const setting of settings) {
    if (setting.flag !== undefined) {
      meanings.set(setting.flag.slice(2), { kind: 'setting', setting, negated: false });
      if (setting.kind === 'boolean') {
        meanings.set(`no-${setting.flag.slice(2)}`, { kind: 'setting', setting, negated: true });
      }
    }
  }
  for (const command of commands) {
    for (const { name } of command.options ?? []) {
      const taken = meanings.get(name);
      if (taken !== undefined && taken.kind !== 'option') {
        throw new TypeError(`The option --${name} of ${command.name} is also a setting.`);
      }
      meanings.set(name, { kind: 'option', name, command });
    }
  }
  return meanings;
}

function tokenize(argv: readonly string[], meanings: ReadonlyMap<string, FlagMeaning>) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const [name, meaning] of meanings) {
    options[name] = { type: takesValue(meaning) ? 'string' : 'boolean' };
  }
  options['help'] = { type: 'boolean', short: 'h' };
  options['version'] = { type: 'boolean', short: 'v' };
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function takesValue(meaning: FlagMeaning): boolean {
  return meaning.kind === 'setting' ? meaning.setting.kind !== 'boolean' : meaning.kind === 'option' || meaning.name === 'config';
}

function readOption(token: OptionToken, meanings: ReadonlyMap<string, FlagMeaning>, reading: Reading): void {
  const meaning = meanings.get(token.name);
  if (meaning === undefined) {
    reading.problems.push(describeUnknown(token, meanings));
    return;
  }
  const text = takesValue(meaning) ? readValue(token, reading) : (token.value ?? 'true');
  if (text === undefined) {
    return;
  }
  if (meaning.kind === 'reserved' && meaning.name === 'config' && text === '') {
    reading.problems.push('--config needs a value.');
  } else if (meaning.kind === 'reserved') {
    reading.reserved.set(meaning.name, text);
  } else if (meaning.kind === 'option') {
    reading.options.set(meaning.name, { text, command: meaning.command });
  } else if (meaning.negated && token.value !== undefined) {
    reading.problems.push(`${token.rawName} takes no value.`);
  } else {
    const texts = reading.texts.get(meaning.setting.key) ?? [];
    texts.push(meaning.negated ? 'false' : text);
    reading.texts.set(meaning.setting.key, texts);
  }
}

/** One sentence for an unknown flag; letters behind a single dash are one word, and nothing of them is shown: it may be a value. */
function describeUnknown({ name, rawName }: OptionToken, meanings: ReadonlyMap<string, FlagMeaning>): string {
  if (!rawName.startsWith('--')) {
    return 'A flag starts with two dashes; only -h and -v have one.';
  }
  return `${showWord(rawName)} is not a flag.${suggest(
    `--${name}`,
    [...meanings.keys()].map((known) => `--${known}`),
  )}`;
}

function readValue({ value, inlineValue, rawName }: OptionToken, reading: Reading): string | undefined {
  const isFlagLike = value !== undefined && !inlineValue && /^-[^\d.]/.test(value);
  if (value === undefined || isFlagLike) {
    const way = isFlagLike ? ` A value that starts with a dash is written ${rawName}=-value.` : '';
    reading.problems.push(`${rawName} needs a value.${way}`);
    return undefined;
  }
  return value;
}

/** The positional arguments, without one that follows an unknown flag: it was meant as its value, and may be a secret. */
function listPositionals(tokens: readonly Token[], meanings: ReadonlyMap<string, FlagMeaning>) {
  const before: string[] = [];
  const after: string[] = [];
  let isPastTerminator = false;
  let previous: Token | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      isPastTerminator = true;
    } else if (token.kind === 'positional') {
      const belongsToUnknown = previous?.kind === 'option' && previous.value === undefined && !meanings.has(previous.name);
      if (isPastTerminator) {
        after.push(token.value);
      } else if (!belongsToUnknown) {
        before.push(token.value);
      }
    }
    previous = token;
  }
  return { before, after };
}

interface Taking {
  settings: readonly Setting[];
  program: ProgramOptions;
  /** Gets what is taken. */
  texts: Map<string, string[]>;
}

/** Gives the setting that takes arguments without a flag its items; returns the others. A command with arguments of its own keeps them all. */
function takeItems(positionals: Positionals, { settings, program, texts }: Taking): Positionals {
  const setting = settings.find(({ positional }) => positional !== undefined);
  if (setting?.positional === undefined) {
    return positionals;
  }
  const { positional, key } = setting;
  const isItem = (text: string): boolean => Array.from(positional).some((character) => text.includes(character));
  const left = { before: positionals.before.filter((text) => !isItem(text)), after: [] };
  if (matchCommand(left, program).command?.args !== undefined) {
    return positionals;
  }
  const taken = [...positionals.before.filter(isItem), ...positionals.after];
  if (taken.length > 0) {
    texts.set(key, [...(texts.get(key) ?? []), ...taken]);
  }
  return left;
}

function checkOptions({ options, problems }: Reading, command: CommandSpec | undefined): Record<string, string> {
  const flags = new Map<string, string>();
  for (const [name, { text, command: owner }] of options) {
    const option = command?.options?.find((candidate) => candidate.name === name);
    if (option === undefined) {
      problems.push(`--${name} belongs to the command ${owner.name}.`);
    } else if (option.choices !== undefined && !option.choices.includes(text)) {
      problems.push(`--${name} must be one of ${option.choices.join(', ')}.${suggest(text, option.choices)}`);
    } else {
      flags.set(name, text);
    }
  }
  for (const { name, isRequired, choices } of command?.options ?? []) {
    if (isRequired === true && !options.has(name)) {
      problems.push(`${command?.name ?? ''} needs --${name}${choices === undefined ? '' : `, one of ${choices.join(', ')}`}.`);
    }
  }
  return Object.fromEntries(flags);
}
