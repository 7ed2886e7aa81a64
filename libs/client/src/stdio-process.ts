import { StringDecoder } from 'node:string_decoder';
import { StdioClientTransport, type StdioServerParameters } from '@modelcontextprotocol/client/stdio';

const live = new Set<StdioProcess>();

/**
 * The SDK's stdio transport, whose child also dies with this process when nobody closed the connection.
 *
 * Being a subclass it also probes the era on the one child, where the SDK's own class spawns a second one.
 */
export class StdioProcess extends StdioClientTransport {
  #closing: number | null = null;
  #stderrTail = '';

  constructor(parameters: StdioServerParameters, onStderr?: (text: string) => void) {
    super({ ...parameters, stderr: 'pipe' });
    const decoder = new StringDecoder('utf8');
    this.stderr?.on('data', (chunk: Buffer) => {
      const text = decoder.write(chunk);
      this.#stderrTail = (this.#stderrTail + text).slice(-4096);
      onStderr?.(text);
    });
  }

  /** The last characters that the child wrote to stderr. */
  get stderrTail(): string {
    return this.#stderrTail;
  }

  override async start(): Promise<void> {
    if (live.size === 0) process.on('exit', killAll);
    live.add(this);
    await super.start();
  }

  /** Ends stdin, then SIGTERM after 2 s, then SIGKILL after 2 s more. */
  override async close(): Promise<void> {
    this.#closing ??= this.pid;
    try {
      await super.close();
    } finally {
      this.#closing = null;
      live.delete(this);
      if (live.size === 0) process.off('exit', killAll);
    }
  }

  /** Kills the child at once; for the moment in which this process itself exits. */
  kill(): void {
    const pid = this.#closing ?? this.pid;
    if (pid === null) return;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function killAll(): void {
  for (const transport of live) transport.kill();
}

function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
}
