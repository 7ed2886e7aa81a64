import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 30_000;

/** Resolves when a condition holds; rejects when it does not within 30 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${String(patienceMs)} ms: ${condition.toString()}`);
    await sleep(10);
  }
}
