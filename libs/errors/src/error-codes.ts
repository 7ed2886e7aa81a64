/**
 * Every code an {@link AppError} can carry. `docs/reference/errors.md` explains each one, and a test keeps the two in step.
 */
export const errorCodes = [
  'INVALID_INPUT',
  'DENIED',
  'NOT_FOUND',
  'CONFLICT',
  'LIMIT',
  'TIMEOUT',
  'UPSTREAM',
  'CANCELLED',
  'INTERNAL',
] as const;

/** One of {@link errorCodes}; `switch (error.code)` narrows. */
export type ErrorCode = (typeof errorCodes)[number];
