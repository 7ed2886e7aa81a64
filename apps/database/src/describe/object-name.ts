/** One way to read a name. */
export interface NameReading {
  /** Undefined: any schema. */
  readonly schema?: string | undefined;
  readonly name: string;
}

/** A name, plain or in double quotes in which `""` stands for one. */
const part = /\s*(?:"((?:[^"]|"")+)"|([^".()]+))\s*/y;

/**
 * Reads `table`, `schema.table`, `"Odd.Name"` and `function(integer)` as PostgreSQL does: what is not quoted is in lower case.
 *
 * @returns What the text can mean, likeliest first: folded, as written, and the whole text as one name.
 */
export function readObjectName(text: string): readonly NameReading[] {
  const whole = text.trim();
  const parts = splitName(whole.replace(/\s*\([^()]*\)$/, ''));
  const readings: NameReading[] = [];
  if (parts !== undefined) {
    readings.push(toReading(parts.map(({ value, quoted }) => (quoted ? value : fold(value)))), toReading(parts.map(({ value }) => value)));
  }
  readings.push({ name: whole });
  return readings.filter((reading, index) => readings.findIndex((other) => isSame(other, reading)) === index);
}

/** PostgreSQL folds ASCII letters only where an encoding has more than one byte for a letter. */
function fold(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

interface NamePart {
  readonly value: string;
  readonly quoted: boolean;
}

function splitName(text: string): readonly NamePart[] | undefined {
  const parts: NamePart[] = [];
  part.lastIndex = 0;
  while (parts.length < 2) {
    const found = part.exec(text);
    if (found === null) {
      return undefined;
    }
    const [all, quoted, plain = ''] = found;
    parts.push(quoted === undefined ? { value: plain.trim(), quoted: false } : { value: quoted.replaceAll('""', '"'), quoted: true });
    const end = found.index + all.length;
    if (end === text.length) {
      return parts;
    }
    if (text[end] !== '.') {
      return undefined;
    }
    part.lastIndex = end + 1;
  }
  return undefined;
}

function toReading(names: readonly string[]): NameReading {
  const [first = '', second] = names;
  return second === undefined ? { name: first } : { schema: first, name: second };
}

function isSame(one: NameReading, other: NameReading): boolean {
  return one.schema === other.schema && one.name === other.name;
}
