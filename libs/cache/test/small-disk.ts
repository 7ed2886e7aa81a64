import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requireCapability } from '@trellis-mcp/test-services';

const run = promisify(execFile);
const kinds = [['--mount'], ['--mount', '--map-root-user']];

/**
 * Gives the words in front of a command that let it see a disk of so many bytes at `directory`. Nobody else sees it, and it is gone
 * when the command ends.
 */
export async function onSmallDisk(directory: string, bytes: number): Promise<readonly [file: string, ...args: string[]]> {
  const mount = `mount -t tmpfs -o size=${String(bytes)} tmpfs "$0" && exec "$@"`;
  const findKind = async (): Promise<string[] | undefined> => {
    for (const kind of kinds) if (await succeeds('unshare', [...kind, 'sh', '-c', mount, directory, 'true'])) return kind;
    return undefined;
  };
  const kind = await requireCapability('mount-namespace', findKind, 'It needs unshare(1) and the right to mount a tmpfs.');
  return ['unshare', ...kind, 'sh', '-c', mount, directory];
}

async function succeeds(file: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(file, args);
    return true;
  } catch {
    return false;
  }
}
