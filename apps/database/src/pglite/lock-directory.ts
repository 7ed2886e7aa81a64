import { randomUUID } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@trellis-mcp/errors';

/** What `PG_VERSION` holds in directories that the engine can open. */
const engineVersion = '18';

/** Texts of the locks that this process holds. */
const held = new Set<string>();

/** Holds a data directory for this process: two engines on one directory destroy it. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process.
 *
 * @throws AppError `NOT_FOUND` when it holds no database, `INVALID_INPUT` for one of another version or that
 * cannot be written to, `CONFLICT` while another process has it.
 */
export async function lockDirectory(dataDir: string): Promise<DirectoryLock> {
  await checkDatabase(dataDir);
  const path = join(dataDir, 'trellis.lock');
  const own = [process.pid, hostname(), randomUUID()].join('\n');
  held.add(own);
  if (!(await tryLock(path, own)) && !(await takeOver(path, own))) {
    held.delete(own);
    throw new AppError('CONFLICT', 'The directory of --data-dir is used by another process.', {
      hint: 'Stop it, or give each server a directory of its own. When none uses it, delete trellis.lock* in it.',
    });
  }
  return {
    async release() {
      held.delete(own);
      await rm(path, { force: true });
    },
  };
}

/** Replaces the lock of a process that is gone. One at a time: nobody removes what another has put there meanwhile. */
async function takeOver(path: string, own: string): Promise<boolean> {
  const claim = `${path}.takeover`;
  if (!(await tryLock(claim, own))) {
    return false;
  }
  try {
    if (isHeld(await readIfThere(path))) {
      return false;
    }
    await rm(path, { force: true });
    return await tryLock(path, own);
  } finally {
    await rm(claim, { force: true });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (readCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** A process that was killed may have had our own id: in a container it is the same each time. Ids of another host say nothing here. */
function isHeld(lock: string | undefined): boolean {
  if (lock === undefined) {
    return false;
  }
  const [pid = '', host] = lock.split('\n');
  if (pid === '' || (host !== undefined && host !== hostname())) {
    return true;
  }
  return Number(pid) === process.pid ? held.has(lock) : isAlive(Number(pid));
}

async function checkDatabase(dataDir: string): Promise<void> {
  const version = await readVersion(dataDir);
  if (version !== engineVersion) {
    throw new AppError('INVALID_INPUT', `The directory of --data-dir is one of PostgreSQL ${version.slice(0, 8)}, not ${engineVersion}.`, {
      hint: 'Serve it with a PostgreSQL of its version and give --database-url.',
    });
  }
  // A server that finds its file overwritten shuts down; the engine writes a negative number there, and heeds none.
  const server = Number((await readIfThere(join(dataDir, 'postmaster.pid')))?.split('\n', 1)[0]);
  if (server !== process.pid && isAlive(server)) {
    throw new AppError('CONFLICT', 'The directory of --data-dir is used by a PostgreSQL server.', {
      hint: 'Give --database-url to read from that server. When none runs, delete postmaster.pid in the directory.',
    });
  }
}

async function readVersion(dataDir: string): Promise<string> {
  try {
    return (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  } catch (cause) {
    throw new AppError('NOT_FOUND', 'The directory of --data-dir holds no database.', {
      hint: 'Give the data directory of a PGlite database, or leave --data-dir out for the sample.',
      cause,
    });
  }
}

async function tryLock(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(text);
    await file.close();
    return true;
  } catch (error) {
    if (readCode(error) === 'EEXIST') {
      return false;
    }
    throw new AppError('INVALID_INPUT', 'The directory of --data-dir cannot be written to.', {
      hint: 'The engine writes there also when it only reads: give this server the right to, or a copy of its own.',
      cause: error,
    });
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
