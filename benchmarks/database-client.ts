import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { stopProgram } from './bench-process.ts';

/** A server to start as a client would: a program and its arguments, spoken to over stdin and stdout. */
export interface StdioCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** One call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** An answer as it came: the line, and when its last byte was there. */
export interface Answer {
  readonly line: Buffer;
  /** By `performance.now()`; parsing the answer is not in it. */
  readonly at: number;
}

const newline = 0x0a;

/** A raw client of the 2025-06-18 protocol, the same for every server: one JSON object a line, any number in flight. */
export class DatabaseClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #directory: string;
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  #pieces: Buffer[] = [];

  private constructor(child: ChildProcess, { stdin, stdout, directory }: { stdin: Writable; stdout: Readable; directory: string }) {
    this.#child = child;
    this.#stdin = stdin;
    this.#directory = directory;
    stdout.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the server ended with ${String(code)}`));
    });
  }

  /** Starts a server and shakes hands. What it writes to stderr goes to a file, as with a desktop client. */
  static async open(command: StdioCommand): Promise<DatabaseClient> {
    const directory = await mkdtemp(join(tmpdir(), 'trellis-bench-'));
    const log = await open(join(directory, 'stderr.log'), 'w');
    const child = spawn(command.file, command.args, { cwd: directory, stdio: ['pipe', 'pipe', log.fd] });
    await log.close();
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error('the server has no stdin or stdout');
    const client = new DatabaseClient(child, { stdin, stdout, directory });
    try {
      await client.#shakeHands();
      return client;
    } catch (error) {
      const stderr = await readFile(join(directory, 'stderr.log'), 'utf8');
      await client[Symbol.asyncDispose]();
      throw new Error(`${command.file} could not be used: ${stderr.slice(-2_000)}`, { cause: error });
    }
  }

  /** Calls a tool; rejects when the server ends. */
  async call(call: ToolCall): Promise<Answer> {
    return this.#request('tools/call', call);
  }

  /** The list of tools; rejects when the server ends. */
  async listTools(): Promise<Answer> {
    return this.#request('tools/list', {});
  }

  /** Process id of the server. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the server has no process id');
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopProgram(this.#child);
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #shakeHands(): Promise<void> {
    const clientInfo = { name: 'bench', version: '1.0.0' };
    await this.#request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    this.#stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  #request(method: string, params: object): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  #read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const at = performance.now();
      const rest = chunk.subarray(start, end);
      this.#settle({ line: this.#pieces.length === 0 ? rest : Buffer.concat([...this.#pieces, rest]), at });
      this.#pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
  }

  #settle(answer: Answer): void {
    const { id } = JSON.parse(answer.line.toString()) as { id?: number };
    if (id === undefined) return;
    this.#waiting.get(id)?.resolve(answer);
    this.#waiting.delete(id);
  }
}
