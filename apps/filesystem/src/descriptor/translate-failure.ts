import { type BigIntStats, constants } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '@trellis-mcp/errors';
import { type Located, quote } from '../roots/located.ts';
import { kindOf } from './file-kind.ts';
import { codeOf, hasCode } from './code-of.ts';
import { missing } from './missing.ts';
import { pathOf } from './open-flags.ts';
import { openPinned } from './open-pinned.ts';
import { refuseKind } from './refuse-kind.ts';

const absent = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'];
const unreadable = ['EACCES', 'EPERM'];

/** Runs an operation that opens or changes something; its failures are told by {@link translateFailure}. */
export async function telling<Result>(located: Located, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    // What is no failure of the system is a bug or an abort, and told as it is.
    throw codeOf(error) === undefined ? error : await translateFailure(located, error);
  }
}

/**
 * Says what an operation on a path failed of. What may have failed outside of the roots, behind a link, reads as what is not there; more is
 * told only of an entry that is itself inside, and no link.
 */
export async function translateFailure(located: Located, error: unknown): Promise<AppError> {
  if (isAppError(error)) return error;
  if (hasCode(error, ...absent)) return missing(located);
  if (hasCode(error, 'EMFILE', 'ENFILE')) {
    return new AppError('LIMIT', 'Too many files are open.', { retryable: true, retryAfterMs: 1000, cause: error });
  }
  if (!hasCode(error, 'ENXIO', ...unreadable)) {
    const code = codeOf(error) ?? 'unknown';
    // A link may lead to a disk that is none of the caller's business: the code is told of files and folders alone.
    return (await lookInside(located)) === undefined ? missing(located) : failed(located, code, error);
  }
  const stats = await lookInside(located);
  if (stats === undefined) return missing(located);
  if (hasCode(error, ...unreadable)) {
    return new AppError('DENIED', `The system does not let this server read ${quote(located)}.`, {
      hint: 'The operator can change the rights of the file.',
      cause: error,
    });
  }
  return refuseKind(located, kindOf(stats));
}

function failed(located: Located, code: string, cause: unknown): AppError {
  return new AppError('UPSTREAM', `The file system answered ${code} for ${quote(located)}.`, { retryable: true, cause });
}

/** What the entry itself is, when its folder is inside and it is no link. */
async function lookInside(located: Located): Promise<BigIntStats | undefined> {
  const { root, names } = located;
  const name = names.at(-1);
  if (name === undefined) return undefined;
  try {
    await using parent = await openPinned({ ...located, names: names.slice(0, -1) }, { flags: constants.O_DIRECTORY });
    const folder = root.guarantee === 'descriptor' ? pathOf(parent.pin) : join(root.path, ...parent.names);
    const stats = await lstat(join(folder, name), { bigint: true });
    return stats.isSymbolicLink() ? undefined : stats;
  } catch (error) {
    if (isAppError(error) || codeOf(error) !== undefined) return undefined;
    throw error;
  }
}
