/** The code of a system error such as `ENOENT`, or an empty string. Errors of other realms count too. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
