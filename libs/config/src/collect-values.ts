import { coerceText, splitList } from './coerce-text.ts';
import { isUnexpanded } from './find-unexpanded.ts';
import type { SettingSource } from './load-options.ts';
import type { Setting } from './read-settings.ts';
import type { VariableText } from './read-variables.ts';

/** What each source says, by key of the setting. */
export interface SourceValues {
  flags: ReadonlyMap<string, readonly string[]>;
  variables: ReadonlyMap<string, VariableText>;
  file: ReadonlyMap<string, unknown>;
}

/** The values that won, as input for the schema. */
export interface CollectedValues {
  input: Readonly<Record<string, unknown>>;
  /** Where each value came from; a key that nobody set is absent. */
  sources: ReadonlyMap<string, SettingSource>;
  /** What to call each setting in a message: the flag or variable that set it, or its key in the file. */
  names: ReadonlyMap<string, string>;
  /** Settings whose value is a lone `${VAR}`: there is nothing to judge. */
  unexpanded: ReadonlySet<string>;
  /** One sentence each. */
  problems: readonly string[];
}

interface Winner {
  source: SettingSource;
  name: string;
  value: unknown;
  /** The texts it was made of; none for the file. */
  texts: readonly string[];
}

/** Takes each setting from the first source that has it: flag, variable, file. A lone `${VAR}` is a problem wherever it would win. */
export function collectValues(settings: readonly Setting[], values: SourceValues): CollectedValues {
  const input = new Map<string, unknown>();
  const sources = new Map<string, SettingSource>();
  const names = new Map<string, string>();
  const unexpanded = new Set<string>();
  const problems: string[] = [];
  for (const setting of settings) {
    const winner = findWinner(setting, values);
    if (winner !== undefined) {
      input.set(setting.key, winner.value);
      sources.set(setting.key, winner.source);
      names.set(setting.key, winner.name);
      if (winner.texts.some(isUnexpanded)) {
        unexpanded.add(setting.key);
        problems.push(
          `${winner.name} holds a literal \${…} reference: what started this program did not expand it. Set the variable there, or write the value itself.`,
        );
      }
    }
  }
  return { input: Object.fromEntries(input), sources, names, unexpanded, problems };
}

function findWinner(setting: Setting, { flags, variables, file }: SourceValues): Winner | undefined {
  const { key, flag = key } = setting;
  const texts = flags.get(key);
  if (texts !== undefined) {
    return { source: 'flag', name: flag, value: readFlag(texts, setting), texts };
  }
  const variable = variables.get(key);
  if (variable !== undefined) {
    const { text } = variable;
    const value = setting.kind === 'list' ? splitList(text, setting) : coerceText(text, setting.kind);
    return { source: 'variable', name: variable.variable, value, texts: [text] };
  }
  return file.has(key) ? { source: 'file', name: key, value: file.get(key), texts: [] } : undefined;
}

function readFlag(texts: readonly string[], setting: Setting): unknown {
  if (setting.kind !== 'list') {
    return coerceText(texts.at(-1) ?? '', setting.kind);
  }
  if (setting.repeatOnly) {
    return texts.length === 1 && texts[0] === '' ? [] : texts.map((text) => coerceText(text, setting.itemKind));
  }
  return texts.flatMap((text) => splitList(text, setting));
}
