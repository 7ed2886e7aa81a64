import type { ServerFacts } from './find-servers.ts';

/** What to tell a person about one running server: its URL and the block for an MCP client's configuration file. */
export function renderBlock({ name, title }: Pick<ServerFacts, 'name' | 'title'>, url: string): string {
  const config = { mcpServers: { [name]: { type: 'http', url } } };
  return `\n${title}: ${url}\n${JSON.stringify(config, null, 2)}\n`;
}
