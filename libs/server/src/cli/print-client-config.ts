import { resolve } from 'node:path';
import { formatFlags, formatVariables, redactConfig, type SettingSource } from '@trellis-mcp/config';
import { AppError } from '@trellis-mcp/errors';
import type { CommonConfig } from '../common-settings.ts';
import type { ServerDefinition } from '../define-server.ts';
import { endpointUrl } from '../http/endpoint-url.ts';
import { clientNames, type ClientName } from './commands.ts';
import { findCommand, type ProgramStart } from './find-command.ts';
import { renderClient, type ClientBlock, type ClientEntry } from './render-client.ts';

/** What `config print` was asked. */
export interface PrintOptions<Config> {
  readonly client: string;
  readonly config: Config;
  readonly sources: Readonly<Record<string, SettingSource>>;
  /** The configuration file, which is named rather than repeated: not all that it says has flags. */
  readonly file?: string | undefined;
  readonly program: ProgramStart;
}

/**
 * The block to paste into a client so that it starts this server with the settings given now, or reaches it by URL with
 * `--transport http`. Settings become flags, secrets become references; a configuration file is named by its absolute path.
 *
 * @throws AppError `INVALID_INPUT` over HTTP on port 0 without a public URL.
 */
export async function printClientConfig<Config extends CommonConfig, Deps>(
  app: Pick<ServerDefinition<Config, Deps>, 'name' | 'settings'>,
  { client, config, sources, file, program }: PrintOptions<Config>,
): Promise<ClientBlock> {
  const { block, note } = renderClient(toClientName(client), await toEntry());
  return { block, note: `${note}\n` };

  async function toEntry(): Promise<ClientEntry> {
    if (config.transport === 'http') {
      if (config.port === 0 && config.publicUrl === undefined) {
        throw new AppError('INVALID_INPUT', 'The URL of a server on a free port is not known before it runs.', {
          hint: 'Choose a --port.',
        });
      }
      return { kind: 'http', name: app.name, url: endpointUrl(config, config.port) };
    }
    const { flags, secrets } = splitSettings(app.settings, config, file === undefined ? { ...sources, transport: 'default' } : sources);
    const { command, args } = await findCommand(program);
    const named = file === undefined ? [] : [`--config=${resolve(file)}`];
    return { kind: 'stdio', name: app.name, command, args: [...args, ...named, ...flags], secrets };
  }
}

/** Settings given by flags and variables: as flags, or as names of variables where the value may not be shown. */
function splitSettings(
  settings: ServerDefinition<CommonConfig, unknown>['settings'],
  config: CommonConfig,
  sources: Readonly<Record<string, SettingSource>>,
): { flags: readonly string[]; secrets: readonly string[] } {
  const redacted = redactConfig(settings, config);
  const given = Object.entries(config).filter(([key]) => sources[key] === 'flag' || sources[key] === 'variable');
  const isSecret = ([key, value]: [string, unknown]): boolean => JSON.stringify(redacted[key]) !== JSON.stringify(value);
  return {
    flags: formatFlags(settings, Object.fromEntries(given.filter((entry) => !isSecret(entry)))),
    secrets: Object.keys(formatVariables(settings, Object.fromEntries(given.filter(isSecret)))),
  };
}

function toClientName(name: string): ClientName {
  const known = clientNames.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new TypeError(`Unknown client ${name}.`);
  }
  return known;
}
