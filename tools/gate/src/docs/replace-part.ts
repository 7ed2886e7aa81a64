/**
 * Replaces what stands between `<!-- NAME:start -->` and `<!-- NAME:end -->`; the text stays as it is when it has no such part.
 *
 * @throws Error when a start has no end.
 */
export function replacePart(text: string, name: string, body: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  if (from === -1) return text;
  const to = text.indexOf(end, from);
  if (to === -1) throw new Error(`${start} has no ${end}.`);
  return `${text.slice(0, from)}${start}\n\n${body.trim()}\n\n${text.slice(to)}`;
}
