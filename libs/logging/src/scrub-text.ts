const redacted = '[redacted]';

/**
 * Every text that a pattern below would change holds one of these. Most lines hold none, and this test is most of what they cost: words of
 * four and more characters let the engine skip ahead, and `includes` beats short alternatives.
 */
const words =
  /assw|ecret|oken|earer|asic |pop |uthoriz|ookie|akia|gh[opsu]_|_pat_|llis_|xox[abpr]|key"|key'|key:|pwd"|pwd'|pwd:|pass"|pass'|pass:|hrase/i;
const marks = ['://', '=', '\\', 'eyJ', 'sk-', 'PRIVATE KEY'] as const;

/** No secret with what names it is shorter. */
const shortest = 6;

const keyNames = [
  String.raw`(?:proxy-)?authorization|(?:set-)?cookie|pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key`,
  String.raw`[\w-]{1,40}[-_](?:secret|token|password|api[-_]?key)`,
  String.raw`[a-z]{1,40}(?:secret|token|password|apikey)`,
  String.raw`[\w-]{0,40}(?:secret|private|signing)[-_]?(?:access[-_]?)?key`,
].join('|');

/**
 * Each pattern keeps group 1, which names the secret, and loses the rest. The text may be plain, hold JSON, or JSON inside a JSON string.
 * Every repetition is bounded or cannot fail after it: no input makes them slow.
 */
const patterns: readonly RegExp[] = [
  // user:password@ of a URL or DSN; a port and a path before the @ is no password
  /(\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/?#@"'<>\\]{0,128}:)(?!\d{1,5}[/?#])(?:[^\s"\\<>]|\\.){1,256}(?=@)/gi,
  // Authorization schemes
  /\b((?:bearer|basic|dpop)\s{1,8})[\w.~+/=-]{8,}/gi,
  // "password":"...", 'password': '...' and password: '...'
  new RegExp(String.raw`((?:\b|["'])(?:${keyNames})["']?\s{0,8}[:=]\s{0,8}")(?!\[redacted\])(?:[^"\\]|\\[^])+`, 'gi'),
  new RegExp(String.raw`((?:\b|["'])(?:${keyNames})["']?\s{0,8}[:=]\s{0,8}')(?!\[redacted\])(?:[^'\\]|\\[^])+`, 'gi'),
  // the same in JSON inside a JSON string, where \" ends it and \\\" does not
  new RegExp(String.raw`(\\"(?:${keyNames})\\"\s{0,8}[:=]\s{0,8}\\")(?!\[redacted\])(?:[^"\\]|\\\\(?:\\[\\"]|[^"\\]))+`, 'gi'),
  // password=... of key/value DSNs, query strings and command lines
  /((?:\b|[-_])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access_key|sig(?:nature)?)=)[^\s&;,"'\\]+/gi,
  /((?:\b|[-_])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key)=\\")(?!\[redacted\])(?:[^"\\]|\\[^"])+/gi,
  // keys as PEM, RFC 7468
  /(-----BEGIN (?:[A-Z]{1,16} ){0,2}PRIVATE KEY-----)(?:[^-]|-(?!----)){1,20000}/g,
  // JWTs and the tokens that announce themselves
  /()\beyJ[\w-]{8,512}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /()\b(?:gh[opsu]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|xox[abpr]-[\w-]{10,}|AKIA[0-9A-Z]{16}|trellis_[\w-]{43})/g,
];

/**
 * Removes what looks like a secret from free text: passwords in DSNs and URLs, bearer and basic credentials, `password=` pairs, private keys
 * as PEM, JWTs and tokens with a known prefix. A net for text that other programs wrote; it errs on the side of removing too much.
 *
 * Linear in the length of `text`.
 */
export function scrubText(text: string): string {
  if (text.length < shortest || (!words.test(text) && !hasMark(text))) return text;
  let scrubbed = text;
  for (const pattern of patterns) scrubbed = scrubbed.replace(pattern, `$1${redacted}`);
  return scrubbed;
}

function hasMark(text: string): boolean {
  for (const mark of marks) if (text.includes(mark)) return true;
  return false;
}
