import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Connection } from '@trellis-mcp/client';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { layOut, type OfficialCall, officialCalls } from './official-calls.ts';

/** The server whose names and inputs are answered to. */
const officialServer = '@modelcontextprotocol/server-filesystem@2026.8.31';

/** What a client reads of one answer, with the folder and the times left out. */
export interface OfficialAnswer {
  readonly tool: string;
  readonly args: OfficialCall['args'];
  /** Of an error only that it is one. */
  readonly isError?: true;
  readonly content?: readonly unknown[];
  /** Only where it is not the text. */
  readonly structured?: unknown;
}

/** Asks Trellis, in this process. */
export async function askTrellis(): Promise<readonly OfficialAnswer[]> {
  return inFolder(async (root) => {
    await using server = await startInProcess(app, { args: [root, '--compat', 'official', '--write', '--no-confirm'] });
    return await ask(await server.connect({ era: 'legacy' }), root);
  });
}

/** Asks the official server, which npm fetches on first use. */
export async function askOfficial(): Promise<readonly OfficialAnswer[]> {
  return inFolder(async (root) => {
    // npm may need variables of this machine to reach its registry.
    const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    const stdio = { command: 'npx', args: ['-y', officialServer, root], env: { ...env, NODE_OPTIONS: '' } };
    await using connection = await connect({ stdio }, { era: 'legacy' });
    return await ask(connection, root);
  });
}

async function inFolder<Result>(run: (root: string) => Promise<Result>): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trellis-official-')));
  try {
    await layOut(folder);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function ask({ raw }: Connection, root: string): Promise<readonly OfficialAnswer[]> {
  const answers: OfficialAnswer[] = [];
  for (const { tool, args } of officialCalls) {
    const given = JSON.parse(JSON.stringify(args).replaceAll('{root}', root)) as Record<string, unknown>;
    const result = await raw.callTool({ name: tool, arguments: given });
    answers.push({ tool, args, ...toAnswer(JSON.parse(hideOwn(JSON.stringify(result), root)) as RawAnswer) });
  }
  return answers;
}

interface RawAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

function toAnswer({ isError, content, structuredContent = {} }: RawAnswer): Pick<OfficialAnswer, 'isError' | 'content' | 'structured'> {
  if (isError === true) return { isError };
  const [first] = content;
  const { content: structured } = structuredContent;
  return { content, ...(typeof structured === 'string' && structured !== first?.text && { structured }) };
}

/** The folder, times, and the size of a folder, which every file system counts in its own way. */
function hideOwn(json: string, root: string): string {
  return json
    .replaceAll(root, '{root}')
    .replaceAll(/size: \d+(?=[^"]*isDirectory: true)/g, 'size: {size}')
    .replaceAll(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} [\d:]{8} GMT[^\\"]*/g, '{time}');
}
