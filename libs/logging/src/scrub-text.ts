const redacted = '[redacted]';

/** Cheap test that most lines fail: only a line with one of these can hold what {@link scrubText} removes. */
const suspicious =
  /:\/\/|\b(?:bearer|basic|pass\w*|pwd|secret|token|api[-_]?key|authorization|cookie)\b|[-_](?:secret|token|key|password)\b|(?:Token|Secret|Password|Key)\b|eyJ|gh[opsu]_|github_pat_|sk-|xox[abpr]-|AKIA/i;

/** Each pattern keeps group 1 (what names the secret) and loses the rest. Inputs may be plain text or JSON, whose quotes are escaped. */
const patterns: readonly RegExp[] = [
  // user:password@ of a URL or DSN; a port and a path before the @ is no password
  /([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/?#@"'<>\\]{0,256}:)(?!\d{1,5}[/?#])(?:[^\s"\\<>]|\\.){1,1024}(?=@)/gi,
  // Authorization schemes
  /\b((?:bearer|basic|dpop)\s+)[\w.~+/=-]{8,}/gi,
  // "password": "...", also inside JSON that was quoted once more
  /((?:\\*["'])(?:authorization|proxy-authorization|(?:set-)?cookie|pass(?:word|wd|phrase)?|pwd|secret|token|(?:[\w-]{1,40}[-_])?(?:secret|token|password|api[-_]?key)|api[-_]?key|[a-z]{1,40}(?:Secret|Token|Password|ApiKey))(?:\\*["'])\s*[:=]\s*(?:\\*["']))(?!\[redacted\])(?:\\.|[^"'\\]){1,4096}/gi,
  // password=... of key/value DSNs, query strings and command lines
  /((?:\b|[-_])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access_key|sig(?:nature)?)=)(?:'(?:[^'\\]|\\.){0,1024}'|[^\s&;,"'\\]{1,1024})/gi,
  // JWTs and the tokens that announce themselves
  /()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /()\b(?:gh[opsu]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16})/g,
];

/**
 * Removes what looks like a secret from free text: passwords in DSNs and URLs, bearer and basic credentials, `password=` pairs, JWTs and
 * tokens with a known prefix. A net for text that other programs wrote; it errs on the side of removing too much.
 *
 * Linear in the length of `text`.
 */
export function scrubText(text: string): string {
  if (!suspicious.test(text)) return text;
  let scrubbed = text;
  for (const pattern of patterns) scrubbed = scrubbed.replace(pattern, `$1${redacted}`);
  return scrubbed;
}
