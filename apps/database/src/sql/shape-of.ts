import { meansPresent } from './is-steady.ts';

/**
 * Quoted names, escapes, comments, dollar quotes, other characters than those of ASCII: left to PostgreSQL's own lexer. And the one type whose
 * name is made from a number.
 */
const special = /["\\]|--|\/\*|\$(?!\d)|[^\t\n\r -~]|float\s*\(/i;

/** Names, parameters, numbers and texts, each with what would make it, or what is behind it, something else. */
const token = /[A-Za-z_][\w$]*'?|\$\d+|\.\d|\d+(?:\.\d+)?[\w.$']?|&'|'(?:[^']|'')*'(?:\s*')?|'/g;

/**
 * What statements have in common that differ only in their numbers and texts, so that one of them has to be parsed: PostgreSQL reads all
 * of them as one tree but for the constants in it. Texts that may be read as a time of the present stay, since a verdict looks at them.
 *
 * @returns Nothing when that cannot be told by a few characters.
 */
export function shapeOf(sql: string): string | undefined {
  if (special.test(sql)) {
    return undefined;
  }
  let shape = '';
  let at = 0;
  for (const { 0: text, index } of sql.matchAll(token)) {
    const constant = readConstant(text);
    if (constant === 'odd') {
      return undefined;
    }
    if (constant !== undefined) {
      shape += sql.slice(at, index) + constant;
      at = index + text.length;
    }
  }
  return shape + sql.slice(at);
}

function readConstant(text: string): '0' | '0.0' | "''" | 'odd' | undefined {
  if (/^[A-Za-z_$]/.test(text)) {
    return text.endsWith("'") ? 'odd' : undefined;
  }
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    // What no int4 holds is read as a numeric.
    return text.length > 9 || text.includes('.') ? '0.0' : '0';
  }
  if (/^'(?:[^']|'')*'$/.test(text)) {
    return meansPresent(text) ? undefined : "''";
  }
  return 'odd';
}
