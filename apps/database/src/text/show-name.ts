import { toOneLine } from './to-one-line.ts';

const plainName = /^[a-z_][a-z0-9_$]*$/;

/** A name of a database on one line: as it is when plain, else in double quotes, characters that cannot be seen as `\u{...}`. */
export function showName(name: string): string {
  return plainName.test(name) ? name : `"${showText(name, 80).replaceAll('"', '""')}"`;
}

/** `orders`, or `billing.orders` outside of `public`. */
export function showRelation({ schema, relation }: { readonly schema?: string | undefined; readonly relation: string }): string {
  return schema === undefined || schema === 'public' ? showName(relation) : `${showName(schema)}.${showName(relation)}`;
}

/** SQL or a name of a database on one line, which may wrap: its own line breaks are spaces. */
export function showText(text: string, max: number): string {
  return toOneLine(text.replaceAll(/[\n\t]/g, ' '), max);
}
