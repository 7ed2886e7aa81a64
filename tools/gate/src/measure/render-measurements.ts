import type { Measurement } from './measurement.ts';

/** When and where numbers were measured. */
export interface Setting {
  /** ISO date, such as `2026-11-22`. */
  date: string;
  /** One line, such as `2 x Xeon 2.8 GHz, 23 GiB, linux x64, Node 24.21.0`. */
  machine: string;
  /** Whether only a part of the suites' rows was to be measured. Default: false. */
  isPart?: boolean;
}

const heading = `# Measurements

What \`npm run soak\` measured, with the day of each row and the machine of each section. Ratios travel between machines, absolute numbers do not.
`;

const tableHead = ['| Measured | Value | Bound | Date |', '| --- | --- | --- | --- |'];

/**
 * The page with what was measured. Sections of other suites stay as they are; of the measured suites, rows that were not measured this time
 * stay when only a part ran, on the same machine. Sections are sorted by name.
 */
export function renderMeasurements(page: string, measurements: readonly Measurement[], { date, machine, isPart = false }: Setting): string {
  const sections = readSections(page);
  for (const [suite, measured = []] of Object.entries(Object.groupBy(measurements, ({ suite: name }) => name))) {
    const before = sections.get(suite);
    const rows = new Map(isPart && before?.startsWith(`${machine}\n`) === true ? readRows(before) : []);
    for (const { name, value, unit, bound } of measured)
      rows.set(name, `| ${name} | ${format(value)} ${unit} | ${bound ?? '-'} | ${date} |`);
    sections.set(suite, [machine, '', ...tableHead, ...rows.values()].join('\n'));
  }
  const sorted = [...sections].sort(([a], [b]) => a.localeCompare(b));
  return [heading, ...sorted.map(([suite, body]) => `## ${suite}\n\n${body}\n`)].join('\n');
}

/** The lines of a section's table, by what they measure. */
function readRows(section: string): (readonly [name: string, line: string])[] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(tableHead.length).map((line) => [line.split('|')[1]?.trim() ?? '', line]);
}

function readSections(page: string): Map<string, string> {
  const parts = page.split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end).trim(), part.slice(end).trim()];
    }),
  );
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
