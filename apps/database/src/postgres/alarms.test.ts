import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Alarms } from './alarms.ts';

/** Waits until as many rang, however busy the machine is. */
async function untilRung(rung: readonly unknown[], count: number): Promise<void> {
  for (let waited = 0; rung.length < count && waited < 10_000; waited += 10) {
    await sleep(10);
  }
}

it('rings each alarm at its time, whatever the order in which they were set', async () => {
  const alarms = new Alarms();
  const started = performance.now();
  const rung: [number, number][] = [];
  for (const afterMs of [120, 20, 200, 60]) {
    alarms.set(afterMs, () => rung.push([afterMs, performance.now() - started]));
  }
  await untilRung(rung, 4);
  expect(rung.map(([afterMs]) => afterMs)).toEqual([20, 60, 120, 200]);
  for (const [afterMs, at] of rung) {
    expect(at).toBeGreaterThan(afterMs - 2);
    expect(at).toBeLessThan(afterMs + 5_000);
  }
});

it('rings none that was called off, and rings one that another set', async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const first = alarms.set(20, () => rung.push('first'));
  alarms.set(30, () => alarms.set(20, () => rung.push('third')));
  alarms.callOff(first);
  await untilRung(rung, 1);
  alarms.callOff(first);
  expect(rung).toEqual(['third']);
});
