import { AppError } from '@trellis-mcp/errors';
import { fstat } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './error-code.ts';

const fstatOf = promisify(fstat);

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written by this user',
  EPERM: 'it may not be written by this user',
  EROFS: 'its file system is read-only',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ENOSPC: 'its file system is full',
  ENXIO: 'it is a device or pipe that nobody reads',
};

/**
 * Opens `path` for appending, mode 0600 when it is new.
 *
 * @throws AppError `INVALID_INPUT` when the directory is missing, the file cannot be written, or it is standard output or a pipe.
 */
export async function openLogFile(path: string): Promise<FileHandle> {
  await refusePipe(path);
  const file = await tryOpen(path);
  if (path === devNull || !(await isStandardOutput(file))) return file;
  await file.close();
  throw refuse(path, 'it is the standard output of this program, which belongs to the protocol');
}

/** Opening a named pipe waits for a reader. */
async function refusePipe(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isFIFO() || found.isSocket()) throw refuse(path, 'it is a pipe or socket');
  } catch (error) {
    // Opening it tells better what is wrong.
    if (errorCode(error) === 'INVALID_INPUT') throw error;
  }
}

async function tryOpen(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', 0o600);
  } catch (error) {
    const code = errorCode(error);
    const missing = `the directory ${dirname(path)} does not exist`;
    throw refuse(path, code === 'ENOENT' ? missing : (reasons[code] ?? `opening it failed (${code})`), error);
  }
}

async function isStandardOutput(file: FileHandle): Promise<boolean> {
  const [opened, stdout] = await Promise.all([file.stat(), fstatOf(1)]);
  return stdout.ino === opened.ino && stdout.dev === opened.dev;
}

function refuse(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('INVALID_INPUT', `The log file "${path}" cannot be used: ${reason}.`, {
    hint: 'Choose another file with --log-file, or leave it out to log to standard error.',
    ...(cause !== undefined && { cause }),
  });
}
