import type { z } from 'zod';
import { readSettings, type Setting } from './read-settings.ts';
import { showDefault } from './show-default.ts';

/** The settings as a Markdown table for a README: flag, variable, default, meaning. In the order of the fields; ends with a line break. */
export function renderSettingsTable(schema: z.ZodObject): string {
  const rows = readSettings(schema).map(renderRow);
  return `${['| Flag | Variable | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n')}\n`;
}

function renderRow(setting: Setting): string {
  const cells = [
    renderName(setting),
    [...setting.variables, ...(setting.isSecret ? setting.variables.map((variable) => `${variable}_FILE`) : [])].map(code).join(', '),
    renderDefault(setting),
    setting.description,
  ];
  return `| ${cells.map((cell) => (cell === '' ? '-' : cell.replaceAll('|', '\\|').replaceAll('\n', ' '))).join(' | ')} |`;
}

function renderName({ key, kind, flag, placeholder }: Setting): string {
  if (flag === undefined) {
    return kind === 'structure' ? `${code(key)} in \`--config\`` : '';
  }
  return kind === 'boolean' ? code(flag) : code(`${flag} <${placeholder}>${kind === 'list' ? '...' : ''}`);
}

function renderDefault(setting: Setting): string {
  if (setting.isRequired) {
    return 'required';
  }
  const text = showDefault(setting);
  return text === 'none' ? '' : code(text);
}

function code(text: string): string {
  return `\`${text}\``;
}
