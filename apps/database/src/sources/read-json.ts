/** Deepest JSON that is passed on as structure; deeper stays text, for readers that recurse. */
const maxDepth = 32;

/** More digits than a double surely holds, also on both sides of a point, or an exponent. */
const mayLoseDigits = /[\d.]{16}|\d[eE]/;

/** Reads JSON of a database without loss: numbers that a double cannot hold become text; JSON too deep to pass on stays text. */
export function readJson(text: string): unknown {
  if (isDeep(text)) {
    return text;
  }
  return mayLoseDigits.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_key: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && !isExact(value, source) ? source : value;
}

/** Compares digits, not notation: `1e3` is 1000, `1.50` is 1.5. */
function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && significant(source) === significant(String(value));
}

function significant(number: string): string {
  const [mantissa = ''] = number.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '');
}

function isDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      index += char === '\\' ? 1 : 0;
      inString = char !== '"';
    } else if (char === '"') {
      inString = true;
    } else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > maxDepth) {
        return true;
      }
    } else if (char === '}' || char === ']') {
      depth -= 1;
    }
  }
  return false;
}
