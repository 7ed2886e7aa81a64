import type { Step } from './step.ts';

const minute = 60_000;

/** Checks of the text as it is; they run side by side. */
export const staticSteps: readonly Step[] = [
  { name: 'lint and boundaries', args: ['tools/gate/src/lint.ts'], limitMs: 5 * minute },
  { name: 'types', args: ['node_modules/typescript-7/bin/tsc', '-b'], limitMs: 5 * minute },
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'], limitMs: 3 * minute },
];

/** Checks that run the code, one after another, because each of them uses every core. */
export const runningSteps: readonly Step[] = [];

/** Arguments of the one jest of the repository; its JSON report goes to `reportFile`. */
export function jestStep(reportFile: string): Step {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return {
    name: 'tests',
    args: [...flags, 'node_modules/jest/bin/jest.js', '--ci', '--json', `--outputFile=${reportFile}`],
    limitMs: 10 * minute,
    isStreamed: true,
  };
}
