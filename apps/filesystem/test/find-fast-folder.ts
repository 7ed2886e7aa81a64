import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** Where many files cost little: in memory where that can be had. A disk is slow when names change all the time. */
export async function findFastFolder(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}
