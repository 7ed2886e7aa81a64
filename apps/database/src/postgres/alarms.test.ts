import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { Alarms } from './alarms.ts';

/** Sets alarms and waits for all of them: what each was set to, in the order in which they rang, and when. */
async function ring(delays: readonly number[]): Promise<readonly (readonly [afterMs: number, at: number])[]> {
  const alarms = new Alarms();
  const started = performance.now();
  const rung: [number, number][] = [];
  for (const afterMs of delays) alarms.set(afterMs, () => rung.push([afterMs, performance.now() - started]));
  await until(() => rung.length === delays.length);
  return rung;
}

it('rings each alarm at its time, whatever the order in which they were set', async () => {
  // On a machine that stands still for a while, several are due at once.
  await until(async () => {
    const rung = await ring([120, 20, 200, 60]);
    for (const [afterMs, at] of rung) expect(at).toBeGreaterThan(afterMs - 2);
    return rung.map(([afterMs]) => afterMs).join() === '20,60,120,200';
  });
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
