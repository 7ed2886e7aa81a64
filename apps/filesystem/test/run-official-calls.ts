import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Connection } from '@trellis-mcp/client';
import { spawnServer, startHttpServer } from '@trellis-mcp/testing';
import type { OfficialCall } from './official-call.ts';
import { officialCalls } from './official-calls.ts';
import { layOut, type OfficialGround } from './official-folder.ts';

/** The server whose names and inputs are answered to. */
const officialServer = '@modelcontextprotocol/server-filesystem@2026.8.31';
const main = new URL('../src/main.ts', import.meta.url);
const flags = ['--compat', 'official', '--write', '--no-confirm'];

/** What a client reads of one answer, with folders and times left out. */
export interface OfficialAnswer {
  readonly tool: string;
  readonly args: OfficialCall['args'];
  /** The text of a failure. */
  readonly error?: string;
  /** What Trellis calls the failure. */
  readonly code?: string;
  readonly content?: readonly unknown[];
  /** Only where it is not the text. */
  readonly structured?: unknown;
}

/** Asks Trellis, a process over stdio, as older clients do. */
export async function askOverStdio(): Promise<OfficialRecord> {
  return onGround(async (ground) => {
    await using connection = await spawnServer(main, { args: [ground.root, ...flags], era: 'legacy' });
    return await ask(connection, ground);
  });
}

/** Asks Trellis, a process over HTTP, as newer clients do. */
export async function askOverHttp(): Promise<OfficialRecord> {
  return onGround(async (ground) => {
    await using server = await startHttpServer(main, [ground.root, ...flags]);
    await using connection = await connect({ http: { url: server.url } }, { era: 'modern' });
    return await ask(connection, ground);
  });
}

/** A tool as it is listed. */
export type OfficialTool = Awaited<ReturnType<Connection['listTools']>>[number];

/** What a server says of its tools, and what it answers. */
export interface OfficialRecord {
  readonly tools: readonly OfficialTool[];
  readonly answers: readonly OfficialAnswer[];
}

/** Asks the official server, which npm fetches on first use. */
export async function askOfficial(): Promise<OfficialRecord> {
  return onGround(async (ground) => {
    // npm may need variables of this machine to reach its registry.
    const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    const stdio = { command: 'npx', args: ['-y', officialServer, ground.root], env: { ...env, NODE_OPTIONS: '' } };
    await using connection = await connect({ stdio }, { era: 'legacy' });
    return await ask(connection, ground);
  });
}

async function onGround<Result>(run: (ground: OfficialGround) => Promise<Result>): Promise<Result> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-official-')));
  const ground = { top, root: join(top, 'root'), outside: join(top, 'outside') };
  try {
    await layOut(ground);
    return await run(ground);
  } finally {
    await rm(top, { recursive: true });
  }
}

async function ask(connection: Connection, ground: OfficialGround): Promise<OfficialRecord> {
  const tools = await connection.listTools();
  const answers: OfficialAnswer[] = [];
  for (const { tool, args } of officialCalls) {
    const { root, outside } = ground;
    const text = JSON.stringify(args).replaceAll('{root}', root).replaceAll('{outside}', outside);
    const result = await connection.raw.callTool({ name: tool, arguments: JSON.parse(text) as Record<string, unknown> });
    answers.push({ tool, args, ...toAnswer(JSON.parse(hideOwn(JSON.stringify(result), ground)) as RawAnswer) });
  }
  return { tools, answers };
}

interface RawAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly _meta?: { readonly 'io.trellis/error'?: { readonly code: string } };
}

function toAnswer({ isError, content, structuredContent = {}, _meta }: RawAnswer): Omit<OfficialAnswer, 'tool' | 'args'> {
  const [first] = content;
  if (isError === true) {
    const code = _meta?.['io.trellis/error']?.code;
    return { error: first?.text ?? '', ...(code !== undefined && { code }) };
  }
  const { content: structured } = structuredContent;
  return { content, ...(typeof structured === 'string' && structured !== first?.text && { structured }) };
}

/** The folders, times, names of chance, and the size of a folder, which every file system counts in its own way. */
function hideOwn(json: string, { root, outside, top }: OfficialGround): string {
  return json
    .replaceAll(root, '{root}')
    .replaceAll(outside, '{outside}')
    .replaceAll(top, '{top}')
    .replaceAll(new RegExp(`(?<=outside allowed directories: )${homedir()}\\b`, 'g'), '{home}')
    .replaceAll(/\b[0-9a-f]{32}(?=\.tmp)/g, '{random}')
    .replaceAll(/size: \d+(?=[^"]*isDirectory: true)/g, 'size: {size}')
    .replaceAll(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} [\d:]{8} GMT[^\\"]*/g, '{time}');
}
