import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findExecutable, requireCapability, spawnProbe } from '@trellis-mcp/test-services';

/** Two names of one folder that change places, such as a folder and a link. */
export type SwapPair = readonly [string, string];

/** A process that exchanges names at the speed of the kernel. */
export interface Swapper extends AsyncDisposable {
  /** Stops it and tells how often it exchanged two names. */
  stop(): Promise<number>;
}

const source = fileURLToPath(new URL('swapper.c', import.meta.url));

/**
 * Compiles the swapper into a folder.
 *
 * @throws MissingCapability `c-compiler` where there is none.
 */
export async function compileSwapper(folder: string): Promise<string> {
  const find = async (): Promise<string | undefined> => (await findExecutable('cc')) ?? (await findExecutable('gcc'));
  const compiler = await requireCapability('c-compiler', find, 'Install gcc or another C compiler with the headers of Linux.');
  const program = join(folder, 'swapper');
  await promisify(execFile)(compiler, ['-O2', '-o', program, source]);
  return program;
}

/**
 * Exchanges the names of each pair in turn (`renameat2`, `RENAME_EXCHANGE`), and returns when it has begun.
 *
 * @throws MissingCapability `rename-exchange` on a file system that has no such thing.
 */
export async function startSwapper(program: string, pairs: readonly SwapPair[]): Promise<Swapper> {
  const probe = await spawnProbe(program, pairs.flat());
  const begins = async (): Promise<string | undefined> => probe.waitForStdout('ready').catch(() => undefined);
  await requireCapability('rename-exchange', begins, `The swapper said: ${probe.stderr}`);
  return {
    async stop() {
      probe.kill('SIGTERM');
      await probe.exit;
      return Number(/(\d+) exchanged/.exec(probe.stdout)?.[1] ?? Number.NaN);
    },
    [Symbol.asyncDispose]: async () => probe.stop(),
  };
}
