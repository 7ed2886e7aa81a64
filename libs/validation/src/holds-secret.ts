/** How many characters of a secret in a row give it away. */
const defaultRun = 6;
const longestCompared = 100_000;

/**
 * Whether a text gives a secret away: it holds the whole secret, or `run` characters of it in a row (default 6).
 *
 * A secret of one or two characters is never found, since it is in every text.
 */
export function holdsSecret(text: string, secret: string, run = defaultRun): boolean {
  if (secret.length <= run) {
    return secret.length > 2 && text.includes(secret);
  }
  const last = Math.min(text.length, longestCompared) - run;
  for (let index = 0; index <= last; index += 1) {
    if (secret.includes(text.slice(index, index + run))) {
      return true;
    }
  }
  return false;
}
