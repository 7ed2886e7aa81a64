import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome } from './outcome.ts';
import { runCommand, type Finished } from './run-command.ts';

const inspector = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')),
  'clients/launcher/build/index.js',
);

/** A server as the Inspector's catalog names it: a command to spawn, or a URL. */
export type InspectedServer =
  { readonly command: string; readonly args: readonly string[] } | { readonly type: 'http'; readonly url: string };

/** What the Inspector calls. */
export interface SampleCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Lists the tools with `--strict` (schemas that every client takes) and calls one, in one era. */
export async function inspect(server: InspectedServer, era: 'legacy' | 'modern', call: SampleCall): Promise<Omit<Outcome, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-inspector-'));
  try {
    const catalog = join(folder, 'mcp.json');
    await writeFile(catalog, JSON.stringify({ mcpServers: { subject: server } }));
    const invoke = (...args: string[]): Promise<Finished> =>
      runCommand(inspector, ['--cli', '--server', 'subject', '--protocol-era', era, '--format', 'json', '--quiet', ...args], {
        env: { MCP_CATALOG_PATH: catalog, HOME: folder },
        cwd: folder,
        timeoutMs: 60_000,
      });
    return judge(await invoke('--method', 'tools/list', '--strict'), await invoke(...callArguments(call)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function callArguments({ tool, args }: SampleCall): string[] {
  return ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
}

function judge(list: Finished, call: Finished): Omit<Outcome, 'name'> {
  const problems = [list, call].filter(({ code }) => code !== 0).map(({ code, stderr }) => `exit ${String(code)}: ${stderr.slice(0, 500)}`);
  const tools = countTools(list.stdout);
  if (tools === 0) problems.push('it listed no tools');
  if (!call.stdout.includes('"content"')) problems.push('the call returned no content');
  if (call.stdout.includes('"isError":true')) problems.push(`the call failed: ${call.stdout.slice(0, 300)}`);
  return { isOk: problems.length === 0, summary: [`${String(tools)} tools listed, strict; one called`, ...problems].join('\n         ') };
}

function countTools(stdout: string): number {
  const answer: unknown = stdout.trim() === '' ? {} : JSON.parse(stdout);
  if (typeof answer !== 'object' || answer === null || !('result' in answer)) return 0;
  const { result } = answer;
  return typeof result === 'object' && result !== null && 'tools' in result && Array.isArray(result.tools) ? result.tools.length : 0;
}
