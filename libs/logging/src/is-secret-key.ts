const secretKey =
  /^(?:(?:proxy-?)?authorization|(?:set-?)?cookies?|credentials?|pass(?:word|wd|phrase)?|pwd|dsn|connection[-_]?string)$|(?:secret|token|password|jwt|(?:api|access|secret|private|signing|state)[-_]?key)s?$/i;

/** Key names met so far; programs log few names, so the bound is never reached unless keys come from outside. */
const known = new Map<string, boolean>();
const maxKnown = 2_000;

/** Tells whether the value under `key` must not be logged, whatever it is: `password`, `accessToken`, `authorization`, `cookie`, ... */
export function isSecretKey(key: string): boolean {
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const isSecret = secretKey.test(key);
  if (known.size < maxKnown) known.set(key, isSecret);
  return isSecret;
}
