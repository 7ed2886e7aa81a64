import { createLineSplitter } from './line-splitter.ts';

/** Looks through what a program writes, line by line, for what no log may hold. */
export interface SecretWatch {
  write(text: string): void;
  /** Throws when a line so far held a secret; the error shows where, with the secret cut short. */
  check(): void;
}

/** What gives itself away by its shape; a DPoP proof is a JWT. */
const shapes: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/,
  /\btrellis_[A-Za-z0-9_-]{43}(?![\w-])/,
  /\b(?:Bearer|Basic|DPoP) [\w.~+/-]{24,}/i,
];

const maxCanaries = 10_000;
const maxLineCharacters = 1024 * 1024;
const maxFound = 10;
/** Texts that are shorter come up by chance. */
const minCanaryCharacters = 16;

/** Secrets that tests made up, in the order in which they came. */
const canaries = new Set<string>();

/**
 * Makes every later {@link SecretWatch} of this process look for a secret too: the whole text, and each part of a JWT that is its own.
 * The newest 10,000 are looked for; texts of less than 16 characters are not.
 */
export function registerSecret(secret: string): void {
  const [header, ...parts] = secret.split('.');
  const own = header?.startsWith('eyJ') === true ? parts : [secret];
  for (const canary of own.filter(({ length }) => length >= minCanaryCharacters)) canaries.add(canary);
  for (const oldest of canaries) {
    if (canaries.size <= maxCanaries) break;
    canaries.delete(oldest);
  }
}

/** Watches one output. `source` names it in the error, such as `The log`. */
export function openSecretWatch(source: string): SecretWatch {
  const found: string[] = [];
  const splitter = createLineSplitter(maxLineCharacters);
  const look = (line: string): void => {
    const leak = findSecret(line);
    if (leak !== undefined && found.length < maxFound) found.push(leak);
  };
  return {
    write(text) {
      splitter.push(text).forEach(look);
    },
    check() {
      look(splitter.takeRest());
      if (found.length > 0) throw new Error(`${source} holds a secret:\n${found.join('\n')}`);
    },
  };
}

/** Throws when a whole text holds a secret. */
export function checkSecrets(text: string, source: string): void {
  const watch = openSecretWatch(source);
  watch.write(text);
  watch.check();
}

/** The surroundings of a secret, with the secret cut short. */
function findSecret(line: string): string | undefined {
  const secret = shapes.map((shape) => shape.exec(line)?.[0]).find((match) => match !== undefined) ?? findCanary(line);
  if (secret === undefined) return undefined;
  const at = line.indexOf(secret);
  const cut = `${secret.slice(0, 12)}[${String(secret.length)} characters]`;
  return `${line.slice(Math.max(0, at - 200), at)}${cut}${line.slice(at + secret.length, at + secret.length + 100)}`;
}

function findCanary(line: string): string | undefined {
  for (const canary of canaries) if (line.includes(canary)) return canary;
  return undefined;
}
