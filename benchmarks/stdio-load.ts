import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildRequest } from './mcp-request.ts';

/** A JSON-RPC line as this file needs it. */
interface Answer {
  readonly id?: number;
  readonly result?: unknown;
}

/** One client over a child's stdio, with ids of its own. */
export class StdioPeer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error('the child has no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#take(JSON.parse(line) as Answer);
    });
  }

  /** Sends one request and resolves with its result; an error answer throws. */
  async request(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin?.write(`${buildRequest(id, method, params).body}\n`);
    const { result } = await answer;
    if (result === undefined) throw new Error(`${method} was answered with an error`);
    return result;
  }

  #take(answer: Answer): void {
    if (answer.id === undefined) return;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
