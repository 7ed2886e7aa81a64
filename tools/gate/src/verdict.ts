import type { StepResult } from './step.ts';

/** The end of a gate run. */
export interface Verdict {
  /** The summary, one line per step and the counts in the last line. */
  text: string;
  isGreen: boolean;
}

/**
 * Judges all steps: red when anything failed, when nothing ran, and with `allowSkips: false` when anything was skipped.
 * The last line is `N passed, N failed`, and `, N skipped` when that is not zero.
 */
export function judge(results: readonly StepResult[], { allowSkips }: { allowSkips: boolean }): Verdict {
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, result) => total + result[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  const isGreen = failed === 0 && passed > 0 && (allowSkips || skipped === 0);
  return { text: [...results.map(renderLine), '', counts, ''].join('\n'), isGreen };
}

function renderLine({ name, passed, failed, skipped, durationMs, note }: StepResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(8);
  const counts = passed + failed + skipped > 1 ? ` ${passed} passed, ${failed} failed, ${skipped} skipped` : '';
  return `${failed === 0 ? 'ok  ' : 'FAIL'} ${seconds}  ${name}${counts}${note ? ` (${note})` : ''}`;
}
