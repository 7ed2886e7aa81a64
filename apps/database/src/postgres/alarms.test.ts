import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { Alarms } from './alarms.ts';

it('rings each alarm at its time, whatever the order in which they were set', async () => {
  const alarms = new Alarms();
  const started = performance.now();
  const rung: [number, number][] = [];
  for (const afterMs of [120, 20, 200, 60]) {
    alarms.set(afterMs, () => rung.push([afterMs, performance.now() - started]));
  }
  await until(() => rung.length === 4);
  expect(rung.map(([afterMs]) => afterMs)).toEqual([20, 60, 120, 200]);
  for (const [afterMs, at] of rung) {
    expect(at).toBeGreaterThan(afterMs - 2);
    expect(at).toBeLessThan(afterMs + 10_000);
  }
});

it('rings none that was called off, and rings one that another set', async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const first = alarms.set(20, () => rung.push('first'));
  alarms.set(30, () => alarms.set(20, () => rung.push('third')));
  alarms.callOff(first);
  await until(() => rung.length > 0);
  alarms.callOff(first);
  expect(rung).toEqual(['third']);
});
