import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until } from '@trellis-mcp/test-services';
import { Alarms } from './alarms.ts';

const run = promisify(execFile);

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
  const callOff = alarms.set(20, () => rung.push('first'));
  alarms.set(30, () => alarms.set(20, () => rung.push('third')));
  callOff();
  await until(() => rung.length > 0);
  callOff();
  expect(rung).toEqual(['third']);
});

it('rings at once what is late already, and not what is further off than a timer can count', async () => {
  expect(await ring([-60_000])).toEqual([[-60_000, expect.any(Number)]]);
  const alarms = new Alarms();
  const rung: string[] = [];
  alarms.set(2 ** 40, () => rung.push('far'));
  await sleep(30);
  alarms.set(10, () => rung.push('near'));
  await until(() => rung.length > 0);
  expect(rung).toEqual(['near']);
});

it('rings the others when one throws, which is uncaught as in a timer of its own', async () => {
  const program = `
    import { Alarms } from ${JSON.stringify(new URL('./alarms.ts', import.meta.url).href)};
    process.on('uncaughtException', ({ message }) => console.log(message));
    const alarms = new Alarms();
    alarms.set(10, () => { throw new Error('broken'); });
    alarms.set(10, () => console.log('second'));
    alarms.set(40, () => { console.log('later'); clearInterval(staying); });
    const staying = setInterval(() => undefined, 1_000);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { timeout: 30_000 });
  expect(stdout.trim().split('\n').toSorted()).toEqual(['broken', 'later', 'second']);
});
