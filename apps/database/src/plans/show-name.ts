const plainName = /^[a-z_][a-z0-9_$]*$/;

/** Control, format, surrogate and unassigned characters: what could break a line or hide text. */
const unseen = /\p{C}/gu;

/** A name of a database on one line: as it is when plain, else in double quotes, characters that cannot be seen as `\u{...}`. */
export function showName(name: string): string {
  return plainName.test(name) ? name : `"${showText(name, 80).replaceAll('"', '""')}"`;
}

/** `orders`, or `billing.orders` outside of `public`. */
export function showRelation({ schema, relation }: { readonly schema?: string | undefined; readonly relation: string }): string {
  return schema === undefined || schema === 'public' ? showName(relation) : `${showName(schema)}.${showName(relation)}`;
}

/** A text of a database on one line, cut to `max` characters. */
export function showText(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max).toWellFormed()}...` : text;
  return cut.replace(unseen, (char) => (char === '\n' || char === '\t' ? ' ' : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`));
}

/** `1,234,567`; fractions only of small numbers. */
export function showNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
}
