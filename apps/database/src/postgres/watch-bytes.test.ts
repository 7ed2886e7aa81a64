import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { watchBytes } from './watch-bytes.ts';

/** A connection that is read, as the driver reads it. */
function openStream() {
  const stream = new PassThrough({ highWaterMark: 100_000_000 });
  let read = 0;
  let excesses = 0;
  stream.on('data', (chunk: Buffer) => (read += chunk.length));
  const watch = watchBytes(stream, () => (excesses += 1));
  const send = async (bytes: number): Promise<void> => {
    for (let sent = 0; sent < bytes; sent += 1_000_000) {
      stream.write(Buffer.alloc(Math.min(1_000_000, bytes - sent)));
      await turn();
    }
  };
  return { stream, watch, send, read: () => read, excesses: () => excesses };
}

it('limits nothing before it is told to', async () => {
  const { send, watch, excesses } = openStream();
  await send(3_000_000);
  expect(excesses()).toBe(0);
  watch.allow(Infinity);
});

it('tells of what is over the limit, counted anew with each', async () => {
  const { send, watch, excesses } = openStream();
  watch.allow(2_000_000);
  await send(2_000_000);
  watch.allow(2_000_000);
  await send(2_000_000);
  expect(excesses()).toBe(0);
  await send(1);
  expect(excesses()).toBe(1);
  watch.allow(Infinity);
});

it('reads one large row at a time, whatever the number of connections', async () => {
  const all = [openStream(), openStream(), openStream()] as const;
  for (const { watch } of all) watch.allow(60_000_000);
  await Promise.all(all.map(async ({ send }) => send(20_000_000)));
  expect(all.map(({ read }) => read() > 6_000_000)).toEqual([true, false, false]);
  all[0].watch.allow(60_000_000);
  await turn();
  await turn();
  expect(all.map(({ read }) => read())).toEqual([20_000_000, 20_000_000, expect.any(Number)]);
  expect(all[2].read()).toBeLessThan(6_000_000);
  // One that goes away while it waits holds up nobody.
  all[2].watch.allow(Infinity);
  all[1].watch.allow(Infinity);
  all[0].watch.allow(60_000_000);
  await all[0].send(10_000_000);
  expect(all[0].read()).toBe(30_000_000);
  all[0].watch.allow(Infinity);
});
