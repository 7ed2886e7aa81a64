import { AppError } from '@trellis-mcp/errors';
import { closeSync, fstatSync, openSync, statSync, type Stats } from 'node:fs';
import { devNull } from 'node:os';
import { dirname } from 'node:path';

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
 * Opens `path` for appending, mode 0600 when it is new. Runs once at start, so it may block.
 *
 * @throws AppError `INVALID_INPUT` when the directory is missing, the file cannot be written, or it is standard output or a pipe.
 */
export function openLogFile(path: string): number {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isFIFO() === true || existing?.isSocket() === true) throw refuse(path, 'it is a pipe or socket');
  const fd = tryOpen(path);
  const opened = fstatSync(fd);
  if (path !== devNull && isStandardOutput(opened)) {
    closeSync(fd);
    throw refuse(path, 'it is the standard output of this program, which belongs to the protocol');
  }
  return fd;
}

function tryOpen(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = code === 'ENOENT' ? `the directory ${dirname(path)} does not exist` : (reasons[code] ?? `opening it failed (${code})`);
    throw refuse(path, reason, error);
  }
}

function isStandardOutput(opened: Stats): boolean {
  try {
    const stdout = fstatSync(1);
    return stdout.ino === opened.ino && stdout.dev === opened.dev;
  } catch (error) {
    // Without a descriptor 1 there is no standard output to protect.
    if (error instanceof Error && 'code' in error && error.code === 'EBADF') return false;
    throw error;
  }
}

function refuse(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('INVALID_INPUT', `The log file "${path}" cannot be used: ${reason}.`, {
    hint: 'Choose another file with --log-file, or leave it out to log to standard error.',
    ...(cause !== undefined && { cause }),
  });
}
