import type { AuthReason } from '../failure/auth-failure.ts';

/** Why a token is not taken; caught in this library and turned into the HTTP answer, so it never leaves. */
export class TokenProblem extends Error {
  readonly reason: AuthReason;
  /** The OAuth error code, when it is not `invalid_token`. */
  readonly error: string | undefined;

  constructor(reason: AuthReason, text: string, { error, cause }: { error?: string; cause?: unknown } = {}) {
    super(text, { cause });
    this.reason = reason;
    this.error = error;
  }
}
