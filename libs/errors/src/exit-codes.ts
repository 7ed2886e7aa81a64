/** Exit codes of every Trellis program (sysexits.h names where one exists); `128 + n` follows a second signal `n`. */
export const exitCodes = {
  /** Any clean stop. */
  ok: 0,
  /** Wrong flags or subcommand (EX_USAGE). */
  usage: 64,
  /** A needed service or port is not there (EX_UNAVAILABLE). */
  unavailable: 69,
  /** The drain ran out, or an internal failure (EX_SOFTWARE). */
  software: 70,
  /** The configuration is wrong (EX_CONFIG). */
  config: 78,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
