import { expect, it } from '@jest/globals';
import { byteSize, durationMs } from '@trellis-mcp/validation';
import { z } from 'zod';
import { renderHelp } from './render-help.ts';
import { renderSettingsTable } from './render-settings-table.ts';
import { setting } from './setting.ts';

const schema = z.object({
  transport: setting(z.enum(['stdio', 'http']).default('stdio'), { description: 'How clients connect.' }),
  port: z.int().default(3101).describe('Port of HTTP; 0 picks a free one.'),
  websocket: setting(z.boolean().default(false), { description: 'Also serve WebSocket at /ws.' }),
  allowHost: setting(z.array(z.string()).default(['localhost', '127.0.0.1']), {
    description: 'Host names that requests may carry; the refusal names the host, so that an operator can add it here.',
    placeholder: 'host',
  }),
  redisUrl: setting(z.url().optional(), {
    description: 'Redis for state of many nodes.',
    secret: true,
    env: ['REDIS_URL'],
    placeholder: 'url',
  }),
  token: setting(z.string().default('changeme'), { description: 'A secret | with a default.', secret: true }),
  drainTimeoutMs: setting(durationMs().default(30_000), { description: 'How long running calls may take to end.' }),
  keys: setting(z.array(z.string()).default([]), { description: 'Keys.', secret: true, placeholder: 'key' }),
  maxBytes: setting(byteSize(), { description: 'Largest body.' }),
  internal: setting(z.string().optional(), { flag: false, description: 'Not for everyone.' }),
  limits: z.record(z.string(), z.int()).optional().describe('Rows per table.'),
});

const program = {
  program: 'trellis-x',
  version: '1.2.3',
  description: 'Serves x over MCP.',
  commands: [
    { name: 'doctor', summary: 'Check the environment.' },
    {
      name: 'config print',
      summary: 'Print a client block.',
      options: [{ name: 'client', description: 'Which client.', choices: ['cursor', 'vscode'] }],
    },
  ],
};

it('prints usage, commands and settings', () => {
  expect(renderHelp(schema, program)).toBe(`trellis-x 1.2.3
Serves x over MCP.

Usage: trellis-x [command] [options]

Commands:
  doctor                        Check the environment.
  config print                  Print a client block.
    --client <cursor|vscode>    Which client.

Options:
  --transport <stdio|http>      How clients connect. [default: stdio, TRELLIS_TRANSPORT]
  --port <number>               Port of HTTP; 0 picks a free one. [default: 3101, TRELLIS_PORT]
  --[no-]websocket              Also serve WebSocket at /ws. [default: false, TRELLIS_WEBSOCKET]
  --allow-host <host>...        Host names that requests may carry; the refusal names the host, so
                                that an operator can add it here. [default: localhost,127.0.0.1,
                                TRELLIS_ALLOW_HOST]
  --redis-url <url>             Redis for state of many nodes. [TRELLIS_REDIS_URL(_FILE),
                                REDIS_URL(_FILE)]
  --token <text>                A secret | with a default. [default: [redacted],
                                TRELLIS_TOKEN(_FILE)]
  --drain-timeout-ms <duration>
                                How long running calls may take to end. [default: 30000,
                                TRELLIS_DRAIN_TIMEOUT_MS]
  --keys <key>...               Keys. [TRELLIS_KEYS(_FILE)]
  --max-bytes <size>            Largest body. [required, TRELLIS_MAX_BYTES]
  --config <path>               Read settings from a JSON file with the same names in camelCase.
                                [TRELLIS_CONFIG]
  -h, --help                    Print this help.
  -v, --version                 Print the version.

Without a flag (variables, and keys of the --config file):
  TRELLIS_INTERNAL              Not for everyone. [TRELLIS_INTERNAL]
  limits                        Rows per table.

A flag beats a variable, a variable beats the file. Lists repeat the flag, or stand between commas.
`);
});

it('says which arguments are taken', () => {
  const args = { placeholder: 'root', description: 'A folder to serve.' };
  const help = renderHelp(z.object({}), { ...program, commands: [{ name: 'import', summary: 'Import.', args }], args });
  expect(help).toContain('Usage: trellis-x [command] [options] [root...]\n');
  expect(help).toContain('  import [root...]              Import.\n');
  expect(help).toContain('Arguments:\n  root                          A folder to serve.\n');
});

it('prints no line above 100 columns, whatever the words', () => {
  const wide = z.object({ a: z.string().describe('x'.repeat(50).concat(' ').repeat(9)) });
  expect(
    Math.max(
      ...renderHelp(wide, program)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(100);
});

it('prints the table of a README', () => {
  expect(renderSettingsTable(schema)).toBe(`| Flag | Variable | Default | Meaning |
|---|---|---|---|
| \`--transport <stdio\\|http>\` | \`TRELLIS_TRANSPORT\` | \`stdio\` | How clients connect. |
| \`--port <number>\` | \`TRELLIS_PORT\` | \`3101\` | Port of HTTP; 0 picks a free one. |
| \`--websocket\` | \`TRELLIS_WEBSOCKET\` | \`false\` | Also serve WebSocket at /ws. |
| \`--allow-host <host>...\` | \`TRELLIS_ALLOW_HOST\` | \`localhost,127.0.0.1\` | Host names that requests may carry; the refusal names the host, so that an operator can add it here. |
| \`--redis-url <url>\` | \`TRELLIS_REDIS_URL\`, \`REDIS_URL\`, \`TRELLIS_REDIS_URL_FILE\`, \`REDIS_URL_FILE\` | - | Redis for state of many nodes. |
| \`--token <text>\` | \`TRELLIS_TOKEN\`, \`TRELLIS_TOKEN_FILE\` | \`[redacted]\` | A secret \\| with a default. |
| \`--drain-timeout-ms <duration>\` | \`TRELLIS_DRAIN_TIMEOUT_MS\` | \`30000\` | How long running calls may take to end. |
| \`--keys <key>...\` | \`TRELLIS_KEYS\`, \`TRELLIS_KEYS_FILE\` | - | Keys. |
| \`--max-bytes <size>\` | \`TRELLIS_MAX_BYTES\` | required | Largest body. |
| - | \`TRELLIS_INTERNAL\` | - | Not for everyone. |
| \`limits\` in \`--config\` | - | - | Rows per table. |
`);
});
