/** The code of an error of the system; nothing for all others. */
export function codeOf(error: unknown): string | undefined {
  const isSystem = typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;
  return isSystem && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether an error is the system's own, with one of these codes. It may come from another realm, where it is no `Error` of ours. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}
