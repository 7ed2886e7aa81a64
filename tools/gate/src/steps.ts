import type { Step } from './step.ts';

/** Steps end by themselves: a limit is for what hangs, on the slowest machine. */
const minute = 60_000;
const source = '--conditions=@trellis-mcp/source';

/** Short checks of the text as it is. */
export const textSteps: readonly Step[] = [
  { name: 'types', args: ['node_modules/typescript-7/bin/tsc', '-b', '--pretty', 'false'], limitMs: 15 * minute },
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'], limitMs: 10 * minute },
  { name: 'unused files and dependencies', args: ['node_modules/knip/bin/knip.js', '--no-config-hints'], limitMs: 10 * minute },
  { name: 'generated docs', args: [source, 'tools/gate/src/docs.ts', '--check'], limitMs: 5 * minute },
  { name: 'Dockerfile', args: ['node_modules/dockerfilelint/bin/dockerfilelint', 'docker/server.Dockerfile'], limitMs: 5 * minute },
];

/** Long checks beside the tests: one keeps a core busy, two wait for programs half of their time. */
export const longSteps: readonly Step[] = [
  { name: 'lint and boundaries', args: ['tools/gate/src/lint.ts'], limitMs: 20 * minute },
  { name: 'conformance', args: [source, 'tools/conformance/src/main.ts'], limitMs: 20 * minute, isStreamed: true },
  { name: 'packages', args: ['tools/packages/src/check.ts'], limitMs: 20 * minute, isStreamed: true },
];

/**
 * How jest is started: ES modules, types stripped by Node itself. WebAssembly is compiled once, fast: the embedded database starts some
 * hundred times, mostly for a few short statements, and each time V8 would spend a second on better code. Programs that tests start do not
 * inherit it.
 */
export const jestFlags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--liftoff-only',
  'node_modules/jest/bin/jest.js',
] as const;

/** The one jest of the repository; its JSON report goes to `reportFile`. */
export function jestStep(reportFile: string): Step {
  return { name: 'tests', args: [...jestFlags, '--ci', '--json', `--outputFile=${reportFile}`], limitMs: 30 * minute, isStreamed: true };
}
