import { harms, layers, type Layer } from './ablation-layers.ts';

/** The table of the documentation: what each layer stops alone. */
export function renderLayers(): string {
  const letters = Object.keys(layers) as Layer[];
  const head = ['What is tried', ...letters];
  const rows = harms.map(({ what, stoppedBy }) => [what, ...letters.map((letter) => (stoppedBy.includes(letter) ? 'stops' : '-'))]);
  const widths = head.map((_title, column) => Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
