import { loadConfig } from '@trellis-mcp/config';
import type { ServerDefinition } from '@trellis-mcp/server';

/** Reads the configuration of a server as its program would, from flags and from no variables. */
export async function resolveConfig<Config, Deps>(app: ServerDefinition<Config, Deps>, args: readonly string[]): Promise<Config> {
  const { name, version, description, settings } = app;
  const loaded = await loadConfig(settings, { argv: args, env: {}, program: name, version, description });
  if (loaded.kind === 'exit') throw new Error(`${name} ${args.join(' ')}: ${loaded.stderr ?? 'ends at once'}`);
  return loaded.config;
}
