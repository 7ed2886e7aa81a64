/**
 * Writes a name as a quoted identifier. One with control characters is written with Unicode escapes, so that it stays on its line also
 * behind `--` (PostgreSQL, 4.1.1: `U&"..."`, with `standard_conforming_strings` on).
 */
export function quoteIdentifier(name: string): string {
  if (!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return `"${name.replaceAll('"', '""')}"`;
  }
  const escaped = name
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '""')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `U&"${escaped}"`;
}

/** A schema and a name in it, quoted: `"public"."orders"`. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
