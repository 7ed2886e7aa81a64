import { median, type Measured } from './measure.ts';

/** A benchmark's outcome: the ratio of the second variant to the first, and the most it may be. */
export interface BenchReport {
  readonly title: string;
  readonly unit: string;
  readonly measured: readonly Measured[];
  readonly bound: number;
}

/** A benchmark that could not be run here, and why. */
export interface MissingReport {
  readonly title: string;
  readonly missing: string;
}

export type BenchResult = BenchReport | MissingReport;

/** Whether the last variant stays within the bound. */
export function isWithin(report: BenchReport): boolean {
  return (report.measured.at(-1)?.ratio ?? Number.POSITIVE_INFINITY) <= report.bound;
}

/** A Markdown section with a row per variant. */
export function renderReport(report: BenchResult): string {
  if ('missing' in report) return `### ${report.title}\n\nNot measured: ${report.missing}\n`;
  const rows = report.measured.map(
    ({ name, costs, ratio }) =>
      `| ${name} | ${median(costs).toFixed(0)} | ${Math.min(...costs).toFixed(0)} to ${Math.max(...costs).toFixed(0)} | ${ratio.toFixed(2)} |`,
  );
  const verdict = `Bound ${report.bound.toFixed(2)}: ${isWithin(report) ? 'met' : 'missed'}.`;
  return [
    `### ${report.title}`,
    '',
    `| variant | median ${report.unit} | min to max | ratio |`,
    '|---|---|---|---|',
    ...rows,
    '',
    verdict,
    '',
  ].join('\n');
}
