export { findUnexpanded } from './find-unexpanded.ts';
export { formatFlags, formatVariables } from './format-config.ts';
export { loadConfig } from './load-config.ts';
export {
  type ArgumentSpec,
  type CommandOption,
  type CommandSpec,
  type ExitResult,
  type LoadOptions,
  type LoadResult,
  type ProgramOptions,
  type RunResult,
  type SettingSource,
} from './load-options.ts';
export { redactConfig } from './redact-config.ts';
export { renderHelp } from './render-help.ts';
export { renderSettingsTable } from './render-settings-table.ts';
export { setting, type SettingMeta } from './setting.ts';
