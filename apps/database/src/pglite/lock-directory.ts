import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@trellis-mcp/errors';

const ownDirectory = 'Stop it, or give each server a directory of its own.';

/** Holds a data directory for this process: two engines on one directory destroy it. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process.
 *
 * @throws AppError `NOT_FOUND` when it holds no database, `CONFLICT` while another process has it.
 */
export async function lockDirectory(dataDir: string): Promise<DirectoryLock> {
  await checkDatabase(dataDir);
  const path = join(dataDir, 'trellis.lock');
  if (!(await tryLock(path))) {
    const owner = Number(await readFile(path, 'utf8'));
    if (isAlive(owner)) {
      throw new AppError('CONFLICT', 'The directory of --data-dir is used by another process.', {
        hint: ownDirectory,
      });
    }
    await rm(path, { force: true });
    if (!(await tryLock(path))) {
      throw new AppError('CONFLICT', 'The directory of --data-dir was taken by another process just now.', { hint: ownDirectory });
    }
  }
  return { release: () => rm(path, { force: true }) };
}

async function checkDatabase(dataDir: string): Promise<void> {
  try {
    await readFile(join(dataDir, 'PG_VERSION'));
  } catch (cause) {
    throw new AppError('NOT_FOUND', 'The directory of --data-dir holds no database.', {
      hint: 'Give the data directory of a PGlite database, or leave --data-dir out for the sample.',
      cause,
    });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (readCode(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isSafeInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    return readCode(error) === 'EPERM';
  }
}

function readCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
