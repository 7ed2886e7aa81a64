/** How much is sent, and what must come back. */
export interface WebSocketLoad {
  readonly count: number;
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** Checks one answer; throws when it is not the expected one. */
  readonly check: (answer: string) => void;
}

/** One client over the WebSocket of Node itself, with ids of its own. */
export class WebSocketPeer {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: string) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', (event: { readonly data: unknown }) => {
      const answer = String(event.data);
      const { id } = JSON.parse(answer) as { readonly id: number };
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  static async open(url: string): Promise<WebSocketPeer> {
    const socket = new WebSocket(url, 'mcp');
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new WebSocketPeer(socket);
  }

  /** Sends `count` requests and resolves when every answer has been checked. */
  async sendLoad(build: (id: number) => string, { count, concurrency, check }: WebSocketLoad): Promise<void> {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        check(await this.#request(build));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }

  close(): void {
    this.#socket.close();
  }

  #request(build: (id: number) => string): Promise<string> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(build(id));
    return answer;
  }
}
