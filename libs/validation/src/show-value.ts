import { cutText } from './cut-text.ts';

const maxShown = 80;

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * Renders a key or word for a message on one line: control, invisible and bidirectional characters escaped, at most `length` characters
 * (default 80).
 */
export function showWord(word: string, length = maxShown): string {
  // Made at the first use: V8 takes half a millisecond of a start to read such a pattern.
  const unsafeCharacter = /[\p{C}\p{Zl}\p{Zp}]/gu;
  const shown = cutText(word, length + 1).replace(unsafeCharacter, escapeCharacter);
  return shown.length > length ? `${cutText(shown, length - 1)}…` : shown;
}

/**
 * Renders a rejected value for a message: `"text"` in quotes, numbers as they are, everything else as its kind. At most 80 characters.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') {
    return `"${showWord(value, maxShown - 2)}"`;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return String(value);
  }
  return kindOf(value);
}

/** Names the kind of a value in the words of JSON: `nothing`, `null`, `text`, `number`, `true or false`, `list`, `object`. */
export function kindOf(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  const kinds: Record<string, string> = { string: 'text', number: 'a number', boolean: 'true or false', object: 'an object' };
  return kinds[typeof value] ?? `a ${typeof value}`;
}
