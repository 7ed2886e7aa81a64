import type { Measurement } from './measurement.ts';

/** When and where numbers were measured. */
export interface Setting {
  /** ISO date, such as `2026-11-22`. */
  date: string;
  /** One line, such as `2 x Xeon 2.8 GHz, 23 GiB, linux x64, Node 24.21.0`. */
  machine: string;
}

const heading = `# Measurements

What \`npm run soak\` measured. Each section says when and on which machine; ratios travel between machines, absolute numbers do not.
`;

/** The page with the sections of the measured suites replaced; sections of other suites stay as they are. Sections are sorted by name. */
export function renderMeasurements(page: string, measurements: readonly Measurement[], { date, machine }: Setting): string {
  const sections = readSections(page);
  for (const [suite, rows] of Object.entries(Object.groupBy(measurements, ({ suite: name }) => name))) {
    const lines = (rows ?? []).map(({ name, value, unit, bound }) => `| ${name} | ${format(value)} ${unit} | ${bound ?? '-'} |`);
    sections.set(suite, [`${date}, ${machine}`, '', '| Measured | Value | Bound |', '| --- | --- | --- |', ...lines].join('\n'));
  }
  const sorted = [...sections].sort(([a], [b]) => a.localeCompare(b));
  return [heading, ...sorted.map(([suite, body]) => `## ${suite}\n\n${body}\n`)].join('\n');
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
