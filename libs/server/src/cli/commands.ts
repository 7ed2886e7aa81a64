import type { CommandSpec } from '@trellis-mcp/config';

/** Clients that `config print` knows. */
export const clientNames = ['claude-code', 'claude-desktop', 'vscode', 'cursor', 'codex'] as const;

/** One of {@link clientNames}. */
export type ClientName = (typeof clientNames)[number];

/** The subcommand that makes an API key. */
export const apiKeySpec = {
  name: 'api-key create',
  summary: 'Make an API key: print it, once, and its entry for the file of --api-keys-file.',
  options: [
    { name: 'name', description: 'Who will use it; the caller is key:<name> in logs.', isRequired: true },
    { name: 'scope', description: 'What it may do, with commas: db:read,health:read.', placeholder: 'scopes', isRequired: true },
    { name: 'tenant', description: 'Whose callers it stands for. Default: no tenant.' },
    { name: 'expires-at', description: 'When it ends, such as 2027-01-31T00:00:00Z. Default: never.', placeholder: 'time' },
    { name: 'format', description: 'How to print it. Default: text.', choices: ['text', 'json'] },
  ],
} as const satisfies CommandSpec;

/** The subcommands of every server, beside those of its own; without one it serves. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'doctor',
    summary: 'Check Node, the environment and everything that is configured.',
    options: [{ name: 'format', description: 'How to print the findings. Default: text.', choices: ['text', 'json'] }],
  },
  {
    name: 'config print',
    summary: 'Print the block to paste into an MCP client, for the flags given.',
    options: [{ name: 'client', description: 'The client.', choices: clientNames, isRequired: true }],
  },
  apiKeySpec,
];
