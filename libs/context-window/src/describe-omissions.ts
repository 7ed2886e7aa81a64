import type { Omission } from './cut-value.ts';
import type { Path } from './measure-json.ts';

const maxListed = 5;
const maxPath = 80;

/** Says in words what is missing, one line a place, and where the whole can be read. */
export function describeOmissions(omitted: readonly Omission[], uri: string): string {
  const lines = omitted.slice(0, maxListed).map(({ path, kind, at, count, of }) => {
    const rest = at + count < of ? ` and before the last ${format(of - at - count)}` : '';
    return `- ${nameOf(path)}: ${format(count)} of ${format(of)} ${kind} are missing after the first ${format(at)}${rest}.`;
  });
  const others = omitted.length - lines.length;
  const more = others > 0 ? [`- ${format(others)} more places are cut.`] : [];
  return [
    'The result is too large to be sent whole; its lists and texts are cut in the middle:',
    ...lines,
    ...more,
    `Read all of it at ${uri}`,
  ].join('\n');
}

/** `rows[3].note`; the root is `result`. */
function nameOf(path: Path): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  const text = name.replace(/^\./, '') || 'result';
  return text.length > maxPath ? `${text.slice(0, maxPath)}…` : text;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
