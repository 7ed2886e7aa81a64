import { exitCodes, isAppError, type ErrorCode, type ExitCode } from '@trellis-mcp/errors';

/** Why a program could not do what it was started for. */
export interface StartFailure {
  readonly code: ExitCode;
  /** One line for people. */
  readonly line: string;
}

const codes: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  INVALID_INPUT: exitCodes.config,
  DENIED: exitCodes.config,
  NOT_FOUND: exitCodes.config,
  CONFLICT: exitCodes.config,
  UPSTREAM: exitCodes.unavailable,
  TIMEOUT: exitCodes.unavailable,
};

/** Translates what was thrown while a program started: a setting that cannot work is 78, a missing service or port 69, a bug 70. */
export function toStartFailure(program: string, error: unknown): StartFailure {
  return toFailure(`${program} could not start`, error);
}

/** The same for other work of a program; `what` begins the line: `trellis-x could not start`. */
export function toFailure(what: string, error: unknown): StartFailure {
  if (!isAppError(error)) {
    return { code: exitCodes.software, line: `${what}: an internal failure.` };
  }
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  return { code: codes[error.code] ?? exitCodes.software, line: `${what}: ${error.message}${hint}` };
}
