import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, skippedTests, type JestReport } from './jest-report.ts';
import { runStep, stopOnSignals } from './run-step.ts';
import type { Step, StepResult } from './step.ts';
import { jestStep, longSteps, textSteps } from './steps.ts';
import { judge } from './verdict.ts';

/** `npm test`: every check of the repository, all of them even when one fails, and one line of counts at the end. */
const print = (text: string): void => {
  process.stdout.write(text);
};

stopOnSignals();
const results = [...(await runSideBySide(textSteps)), ...(await runSideBySide(longSteps, longSteps.length)), await runJest()];
const verdict = judge(results, { allowSkips: !process.env['CI'] });
print(`\n${verdict.text}`);
process.exitCode = verdict.isGreen ? 0 : 1;

async function runSideBySide(steps: readonly Step[], atOnce = availableParallelism()): Promise<StepResult[]> {
  const waiting = [...steps];
  const finished: StepResult[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) finished.push(await runStep(step, print));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return finished;
}

async function runJest(): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-gate-'));
  try {
    const reportFile = join(folder, 'jest.json');
    const result = await runStep(jestStep(reportFile), print);
    const report = await readReport(reportFile);
    for (const name of report ? skippedTests(report) : []) print(`skipped  ${name}\n`);
    const counts = countTests(report, result.failed);
    return result.note && counts.failed === 0 ? { ...result, ...counts, failed: 1 } : { ...result, ...counts };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<JestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JestReport;
  } catch (error) {
    print(`jest left no report: ${String(error)}\n`);
    return undefined;
  }
}
