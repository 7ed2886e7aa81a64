import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Answer {
  id?: number;
  result?: { tools?: { name: string }[]; serverInfo?: { name: string; version: string } };
}

/** What a server said over stdio. */
export interface SessionReport {
  serverName: string;
  serverVersion: string;
  tools: string[];
  exitCode: number | null;
}

const requests = [
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'package-check', version: '0.0.0' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} },
];

/**
 * Starts a server, initializes, lists its tools and closes stdin, without the SDK: every line of its stdout must be JSON-RPC.
 *
 * @throws Error when it does not answer within `limitMs`, or prints something else.
 */
export async function talkOverStdio(command: readonly [string, ...string[]], cwd: string, limitMs = 60_000): Promise<SessionReport> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)));
  child.stdin.on('error', (error) => (stderr += String(error)));
  for (const request of requests) child.stdin.write(`${JSON.stringify(request)}\n`);
  const answers = new Map<number, Answer>();
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const answer = parseLine(line);
      if (answer.id !== undefined) answers.set(answer.id, answer);
      if (answers.has(2)) child.stdin.end();
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const [exitCode] = await exited;
  const { serverInfo } = answers.get(1)?.result ?? {};
  const { tools } = answers.get(2)?.result ?? {};
  if (!serverInfo || !tools)
    throw new Error(`${program} did not answer initialize and tools/list; exit code ${exitCode ?? 'none'}. ${stderr}`);
  return { serverName: serverInfo.name, serverVersion: serverInfo.version, tools: tools.map(({ name }) => name), exitCode };
}

function parseLine(line: string): Answer {
  try {
    const message = JSON.parse(line) as Answer & { jsonrpc?: string };
    if (message.jsonrpc === '2.0') return message;
  } catch (error) {
    throw new Error(`stdout holds something that is not JSON-RPC: ${line.slice(0, 200)}`, { cause: error });
  }
  throw new Error(`stdout holds something that is not JSON-RPC: ${line.slice(0, 200)}`);
}
