import { expect, it } from '@jest/globals';
import { runStep } from './run-step.ts';

const silent = (): void => undefined;

it('passes a program that exits with 0 and keeps its output to itself', async () => {
  const printed: string[] = [];
  const result = await runStep({ name: 'x', args: ['-e', 'console.log(1)'], limitMs: 10_000 }, (text) => printed.push(text));
  expect(result).toMatchObject({ passed: 1, failed: 0 });
  expect(printed).toEqual([]);
});

it('fails a program that exits with another code and shows its output', async () => {
  const printed: string[] = [];
  const step = { name: 'x', args: ['-e', 'console.log("why"); process.exit(3)'], limitMs: 10_000 };
  expect(await runStep(step, (text) => printed.push(text))).toMatchObject({ passed: 0, failed: 1, note: 'exit code 3' });
  expect(printed.join('')).toContain('why');
});

it('kills a program that hangs, with everything it started', async () => {
  const hang =
    'require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000)';
  expect(await runStep({ name: 'x', args: ['-e', hang], limitMs: 1_000 }, silent)).toMatchObject({ failed: 1, note: 'killed after 1 s' });
});
