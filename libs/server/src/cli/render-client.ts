import type { ClientName } from './commands.ts';
import type { StartCommand } from './find-command.ts';

/** What a client needs to know of one server. */
export type ClientEntry =
  | ({
      readonly kind: 'stdio';
      readonly name: string;
      /** Variables with secrets; their values are never printed. */ readonly secrets: readonly string[];
    } & StartCommand)
  | { readonly kind: 'http'; readonly name: string; readonly url: string };

/** A block to paste, and where. */
export interface ClientBlock {
  readonly block: string;
  readonly note: string;
}

/** Renders the entry in the format of one client, with secrets as references that this client resolves. */
export function renderClient(client: ClientName, entry: ClientEntry): ClientBlock {
  return renderers[client](entry);
}

const renderers: Readonly<Record<ClientName, (entry: ClientEntry) => ClientBlock>> = {
  'claude-code': (entry) => ({
    block: toJson({
      mcpServers: { [entry.name]: entry.kind === 'http' ? { type: 'http', url: entry.url } : toStdio(entry, (name) => `\${${name}}`) },
    }),
    note: `Claude Code: save this as .mcp.json in your project.${exportNote(entry)}`,
  }),
  'claude-desktop': (entry) => (entry.kind === 'http' ? desktopUrl(entry.url) : desktopFile(entry)),
  vscode: (entry) => ({
    block: toJson({
      ...(entry.kind === 'stdio' && inputsOf(entry.secrets)),
      servers: {
        [entry.name]: entry.kind === 'http' ? { type: 'http', url: entry.url } : toStdio(entry, (name) => `\${input:${inputId(name)}}`),
      },
    }),
    note: 'VS Code: save this as .vscode/mcp.json, or add it with "MCP: Open User Configuration".',
  }),
  cursor: (entry) => ({
    block: toJson({
      mcpServers: { [entry.name]: entry.kind === 'http' ? { url: entry.url } : toStdio(entry, (name) => `\${env:${name}}`) },
    }),
    note: `Cursor: save this as ~/.cursor/mcp.json, or .cursor/mcp.json in your project.${exportNote(entry)}`,
  }),
  codex: (entry) => ({
    block: toToml(entry),
    note: `Codex: add this to ~/.codex/config.toml.${exportNote(entry)}`,
  }),
};

type StdioEntry = Extract<ClientEntry, { kind: 'stdio' }>;

function toStdio({ command, args, secrets }: StdioEntry, refer: (variable: string) => string) {
  return {
    type: 'stdio',
    command,
    args,
    ...(secrets.length > 0 && { env: Object.fromEntries(secrets.map((name) => [name, refer(name)])) }),
  };
}

/** Claude Desktop expands no variables, so a secret is named by a file. */
function desktopFile({ name, command, args, secrets }: StdioEntry): ClientBlock {
  const env = Object.fromEntries(secrets.map((variable) => [`${variable}_FILE`, `/absolute/path/to/a/file/with/${variable}`]));
  const fileNote = secrets.length > 0 ? ' Put each secret into a file of its own and write its path here.' : '';
  return {
    block: toJson({ mcpServers: { [name]: { command, args, ...(secrets.length > 0 && { env }) } } }),
    note: `Claude Desktop: add this to claude_desktop_config.json (Settings > Developer > Edit Config), then restart it.${fileNote}`,
  };
}

function desktopUrl(url: string): ClientBlock {
  const note =
    'Claude Desktop reads no URLs from its configuration file: add this one under Settings > Connectors > Add custom connector, ' +
    'which needs https. A server on this machine works without --transport http.';
  return { block: `${url}\n`, note };
}

function inputsOf(secrets: readonly string[]) {
  const inputs = secrets.map((name) => ({ type: 'promptString', id: inputId(name), description: name, password: true }));
  return inputs.length > 0 && { inputs };
}

function inputId(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '-');
}

function toToml(entry: ClientEntry): string {
  const lines = [`[mcp_servers.${entry.name}]`];
  if (entry.kind === 'http') {
    lines.push(`url = ${JSON.stringify(entry.url)}`);
  } else {
    lines.push(`command = ${JSON.stringify(entry.command)}`, `args = ${toTomlList(entry.args)}`);
    if (entry.secrets.length > 0) {
      lines.push(`env_vars = ${toTomlList(entry.secrets)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** JSON strings are TOML basic strings. */
function toTomlList(items: readonly string[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function exportNote(entry: ClientEntry): string {
  return entry.kind === 'stdio' && entry.secrets.length > 0 ? ` Set ${entry.secrets.join(', ')} in the environment of the client.` : '';
}
