import { AppError, isAppError } from '@trellis-mcp/errors';
import { codeOf, hasCode } from '../descriptor/code-of.ts';
import { missing } from '../descriptor/missing.ts';
import { type Located, quote } from '../roots/located.ts';

/**
 * Runs what changes entries of a pinned folder, and says what it failed of. The folder is inside of its root, so that the system's answer
 * tells nothing of another place.
 */
export async function writing<Result>(located: Located, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw translate(located, error);
  }
}

function translate(located: Located, cause: unknown): unknown {
  const code = codeOf(cause);
  if (isAppError(cause) || code === undefined) return cause;
  const path = quote(located);
  if (hasCode(cause, 'ENOENT')) return missing(located);
  if (hasCode(cause, 'EEXIST', 'ENOTEMPTY')) return alreadyThere(located, cause);
  if (hasCode(cause, 'ENOTDIR', 'EISDIR', 'ELOOP', 'ESTALE')) {
    return new AppError('CONFLICT', `What ${path} names has changed meanwhile.`, { hint: 'Call stat, then try again.', cause });
  }
  if (hasCode(cause, 'EACCES', 'EPERM')) {
    return new AppError('DENIED', `The system does not let this server change ${path}.`, {
      hint: 'The operator can change the rights of the file or of its folder.',
      cause,
    });
  }
  const known = reasons[code];
  if (known === undefined) return new AppError('UPSTREAM', `The file system answered ${code} for ${path}.`, { retryable: true, cause });
  return new AppError(known.code, `${path} ${known.text}`, { hint: known.hint, cause });
}

/** What to answer when something is in the way. */
export function alreadyThere(located: Located, cause?: unknown): AppError {
  return new AppError('CONFLICT', `${quote(located)} exists already.`, {
    hint: 'Take another name, or see what is there with stat.',
    ...(cause !== undefined && { cause }),
  });
}

interface Reason {
  readonly code: 'DENIED' | 'INVALID_INPUT' | 'LIMIT' | 'CONFLICT';
  readonly text: string;
  readonly hint: string;
}

const full: Reason = {
  code: 'LIMIT',
  text: 'was not changed: there is no space left for it.',
  hint: 'Delete what is not needed, or ask the operator for space.',
};

const reasons: Readonly<Partial<Record<string, Reason>>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: { code: 'LIMIT', text: 'was not changed: the file system takes no file of this size.', hint: 'Write less.' },
  EMFILE: { code: 'LIMIT', text: 'was not changed: too many files are open.', hint: 'Try again in a second.' },
  ENFILE: { code: 'LIMIT', text: 'was not changed: too many files are open.', hint: 'Try again in a second.' },
  EMLINK: { code: 'LIMIT', text: 'was not changed: its folder holds too much.', hint: 'Take another folder.' },
  EROFS: { code: 'DENIED', text: 'is on a file system that is read only.', hint: 'Take another folder.' },
  ENAMETOOLONG: { code: 'INVALID_INPUT', text: 'has a name that is too long.', hint: 'A name has at most 255 bytes.' },
  EINVAL: { code: 'INVALID_INPUT', text: 'cannot be there: a folder does not go into itself.', hint: 'Take another place.' },
  EXDEV: {
    code: 'INVALID_INPUT',
    text: 'lies on another file system, so that it cannot be moved as a whole.',
    hint: 'Copy it, then delete what is left.',
  },
  EBUSY: { code: 'CONFLICT', text: 'is in use by the system.', hint: 'Try again, or take another place.' },
  ETXTBSY: { code: 'CONFLICT', text: 'is a program that runs.', hint: 'Try again when it has ended.' },
};
