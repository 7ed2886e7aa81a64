import type { Writable } from 'node:stream';

/** stdout taken over by {@link guardStdout}: the one way to it. */
export interface ProtocolOutput {
  /** Bytes that were written and not taken yet. */
  readonly pendingBytes: number;
  /** Writes one line; `done` is called when the system took it, or with the error. */
  write(text: string, done: (error?: Error | null) => void): void;
  /** Calls `resume` when everything pending was taken. */
  onDrain(resume: () => void): void;
  /** Gives `write` back to everybody. */
  release(): void;
}

/**
 * Keeps everything but the protocol off stdout: `console.log` and every other write, also of dependencies, goes to `stray` instead, because
 * a single foreign line breaks the client's JSON-RPC stream.
 *
 * @param stdout Usually `process.stdout`; its `write` is replaced until `release`.
 * @param stray Usually `process.stderr`.
 */
export function guardStdout(stdout: Writable, stray: Writable): ProtocolOutput {
  const write = stdout.write.bind(stdout);
  const redirect: Writable['write'] = stray.write.bind(stray);
  stdout.write = redirect;
  return {
    get pendingBytes() {
      return stdout.writableLength;
    },
    write(text, done) {
      write(text, 'utf8', done);
    },
    onDrain(resume) {
      stdout.once('drain', resume);
    },
    release() {
      stdout.write = write;
    },
  };
}
