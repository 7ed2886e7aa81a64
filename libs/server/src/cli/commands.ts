import type { CommandSpec } from '@trellis-mcp/config';

/** Clients that `config print` knows. */
export const clientNames = ['claude-code', 'claude-desktop', 'vscode', 'cursor', 'codex'] as const;

/** One of {@link clientNames}. */
export type ClientName = (typeof clientNames)[number];

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
];
