import type { Config } from '../config.ts';
import { readTableAllowList, type TableAllowList } from '../sql/table-allow-list.ts';
import type { SourceSettings } from './source-settings.ts';

/** One database of a configuration: where it is, and what of it may be read. */
export interface SourceAddress extends Pick<SourceSettings, 'databaseUrl' | 'databaseUrlFile' | 'dataDir'> {
  /** As callers name it. */
  readonly name: string;
  /** Undefined allows all. */
  readonly allowTables: TableAllowList | undefined;
  readonly allowFunctions: readonly string[];
}

/** Name of the only database of a server. */
const onlyName = 'database';

/**
 * The databases of a configuration. What a source of the file does not say of tables and functions, the settings beside it do.
 *
 * @throws AppError `INVALID_INPUT` for an item of `--allow-tables` that names no table.
 */
export function listSources(config: Config): readonly SourceAddress[] {
  const { databaseUrl, dataDir, allowTables, allowFunctions } = config;
  const sources: Readonly<Record<string, SourceSettings>> = config.sources ?? { [onlyName]: { databaseUrl, dataDir } };
  return Object.entries(sources).map(([name, own]) => ({
    ...own,
    name,
    allowTables: readTableAllowList(own.allowTables ?? allowTables ?? []),
    allowFunctions: own.allowFunctions ?? allowFunctions,
  }));
}
