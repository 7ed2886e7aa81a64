/**
 * Replaces what stands between `<!-- NAME:start -->` and `<!-- NAME:end -->`.
 *
 * @throws Error when the text has no such part.
 */
export function replacePart(text: string, name: string, body: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`The page has no ${start} with a ${end}.`);
  return `${text.slice(0, from)}${start}\n\n${body.trim()}\n\n${text.slice(to)}`;
}
