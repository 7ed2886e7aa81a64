import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connect } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { entryCommand } from '../entry.ts';
import type { Contract } from './contract-options.ts';
import { type Finished, programEnv, runProgram } from './spawn-program.ts';

type Run = (...args: string[]) => Promise<Finished>;

const runOf =
  <Config extends CommonConfig, Deps>({ main }: Contract<Config, Deps>): Run =>
  (...own) =>
    runProgram(entryCommand(main, own));

/** What the program says of itself and of wrong command lines; it opens nothing for that. */
export function describeUsage<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const { app } = contract;
  const run = runOf(contract);

  describe('the usage of its program', () => {
    it('is explained with --help', async () => {
      const help = await run('--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      const texts = [
        app.name,
        app.description,
        '--transport',
        '--port',
        '--log-level',
        'doctor',
        'config print',
        'api-key create',
        ...(app.commands ?? []).map(({ name }) => name),
      ];
      expect(texts.filter((text) => !help.stdout.includes(text))).toEqual([]);
    });

    it('includes its version with --version', async () => {
      expect(await run('--version')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(app.version) });
    });

    it.each(['--no-such-flag', 'no-such-command'])('ends with 64 where it is wrong (%s)', async (word) => {
      expect(await run(word)).toMatchObject({ code: 64, stdout: '', stderr: expect.not.stringMatching(/^ {4}at /m) });
    });

    it('ends with 78 on wrong values and names each of them at once', async () => {
      const { code, stdout, stderr } = await run('--port', '99999', '--transport', 'pigeon', '--drain-timeout-ms', 'soon');
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(['--port', '--transport', '--drain-timeout-ms'].filter((flag) => !stderr.includes(flag))).toEqual([]);
    });
  });
}

/** Starts that are refused, and subcommands. */
export function describeCommands<Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>): void {
  const run = runOf(contract);

  describe('its program', () => {
    describeRefusals(contract, run);
    describeSubcommands(contract, run);
  });
}

function describeRefusals<Config extends CommonConfig, Deps>({ args }: Contract<Config, Deps>, run: Run): void {
  it('refuses to listen beyond loopback without authentication', async () => {
    const ended = await run('--transport', 'http', '--host', '0.0.0.0', '--port', '0', ...args);
    expect(ended).toMatchObject({ code: 78, stderr: expect.stringContaining('--allow-unauthenticated') });
  });

  it('ends with 69 on a busy port and names the flag', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const ended = await run('--transport', 'http', '--port', port, ...args);
    await new Promise((resolve) => blocker.close(resolve));
    expect(ended).toMatchObject({ code: 69, stderr: expect.stringContaining('--port') });
  });
}

function describeSubcommands<Config extends CommonConfig, Deps>({ app, args }: Contract<Config, Deps>, run: Run): void {
  it('finds itself healthy with doctor, and says so in JSON', async () => {
    const { code, stdout } = await run('doctor', '--format', 'json', ...args);
    const report: unknown = JSON.parse(stdout);
    expect({ code, report }).toEqual({ code: 0, report: { name: app.name, version: app.version, findings: expect.any(Array) } });
  });

  it('prints a block for each client, and what it prints starts the server', async () => {
    const print = async (client: Client): Promise<StdioEntry> =>
      readBlock(client, await run('config', 'print', '--client', client, ...args));
    const [first, ...others] = await Promise.all(clients.map(print));
    if (first === undefined) throw new Error('There are no clients.');
    for (const entry of others) expect(entry).toEqual(first);
    await using connection = await connect({ stdio: { ...first, env: programEnv } });
    expect(connection.server.implementation?.name).toBe(app.name);
  });
}

const clients = ['claude-code', 'claude-desktop', 'vscode', 'cursor', 'codex'] as const;
type Client = (typeof clients)[number];

function readBlock(client: Client, { code, stdout }: Finished): StdioEntry {
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/\bnpm run\b/);
  return client === 'codex' ? readToml(stdout) : readJson(stdout);
}

interface StdioEntry {
  readonly command: string;
  readonly args: readonly string[];
}

/** The one server in a block of JSON: `mcpServers`, or `servers` of VS Code. */
function readJson(block: string): StdioEntry {
  const config = JSON.parse(block) as { mcpServers?: Record<string, StdioEntry>; servers?: Record<string, StdioEntry> };
  const entries = Object.values(config.mcpServers ?? config.servers ?? {});
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw new Error(`The block names ${String(entries.length)} servers.`);
  return { command: entry.command, args: entry.args };
}

/** The one server in a block of TOML; its basic strings are JSON strings. */
function readToml(block: string): StdioEntry {
  const read = (key: string): unknown => JSON.parse(new RegExp(`^${key} = (.*)$`, 'm').exec(block)?.[1] ?? 'null');
  expect(block).toMatch(/^\[mcp_servers\.[a-z0-9-]+\]$/m);
  return { command: String(read('command')), args: read('args') as string[] };
}
